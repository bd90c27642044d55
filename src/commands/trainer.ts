import { trainersDirectoryOf } from '../app.ts'
import { pythonTrainers } from '../config/python-trainer.ts'
import { exitCodes, GenesisError } from '../errors.ts'
import { installTrainer } from '../python/install.ts'
import { trainerStatus } from '../python/status.ts'
import { ProgressDisplay } from '../terminal/progress.ts'
import { examples, withGlobalOptions } from './command.ts'
import type { CommandModule } from './command.ts'

export const configure: CommandModule['configure'] = (command, act) => {
  const install = withGlobalOptions(
    command.command('install').description('install a trainer into the cache directory, with exact versions'),
  )
  install.argument('<name>', `which: ${pythonTrainers.join(', ')}`)
  examples(install, [['genesis-improve trainer install mlx', 'MLX-LM, for Apple processors, and for small models anywhere']])
  install.action(
    act(async ({ environment, out, signal, clock }, given: string) => {
      const name = pythonTrainers.find((known) => known === given)
      if (name === undefined) throw new GenesisError('GI-USAGE', { why: `"${given}" is none of ${pythonTrainers.join(', ')}` })
      const display = new ProgressDisplay(out)
      const report = (text: string): void =>
        void display.show(null, { text, done: null, total: null, timeLeftMs: null }, clock.now().getTime())
      const status = await installTrainer({ name, directory: trainersDirectoryOf(environment), report, signal })
      display.clear()
      out.result(status, () => `${status.title} ${status.wanted} is installed: ${status.python}`)
      return exitCodes.done
    }),
  )
  const status = withGlobalOptions(command.command('status').description('show which trainers are installed'))
  examples(status, [['genesis-improve trainer status', 'versions, and the Python of each']])
  status.action(
    act(async ({ environment, out }) => {
      const directory = trainersDirectoryOf(environment)
      const found = await Promise.all(pythonTrainers.map((name) => trainerStatus(directory, name)))
      out.result({ directory, trainers: found }, () =>
        found
          .map(({ name, title, installed, version, wanted, python }) =>
            installed
              ? `${title} ${wanted} is installed: ${python}`
              : `${title} is ${version === null ? 'not installed' : `${version} instead of ${wanted}`}: "genesis-improve trainer install ${name}"`,
          )
          .join('\n'),
      )
      return exitCodes.done
    }),
  )
}
