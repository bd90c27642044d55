import { engineDirectoryOf } from '../app.ts'
import { installEngine } from '../engine/install.ts'
import { engineStatus } from '../engine/status.ts'
import { exitCodes } from '../errors.ts'
import { ProgressDisplay } from '../terminal/progress.ts'
import { examples, withGlobalOptions } from './command.ts'
import type { CommandModule } from './command.ts'

export const configure: CommandModule['configure'] = (command, act) => {
  const install = withGlobalOptions(command.command('install').description('install the embedded engine into the cache directory'))
  examples(install, [['genesis-improve engine install', 'once on each machine; it is resumed when it was cut off']])
  install.action(
    act(async ({ environment, out, signal, clock }) => {
      const display = new ProgressDisplay(out)
      const status = await installEngine({
        directory: engineDirectoryOf(environment),
        report: (text) => void display.show(null, { text, done: null, total: null, timeLeftMs: null }, clock.now().getTime()),
        signal,
      })
      display.clear()
      out.result(status, () => `The engine ${status.version ?? ''} is installed in ${status.directory}.`)
      return exitCodes.done
    }),
  )
  const status = withGlobalOptions(command.command('status').description('show whether the engine is installed, and which'))
  examples(status, [['genesis-improve engine status', 'version and directory']])
  status.action(
    act(async ({ environment, out }) => {
      const found = await engineStatus(engineDirectoryOf(environment))
      out.result(found, () =>
        found.installed
          ? `The engine ${found.version ?? ''} is installed in ${found.directory}.`
          : ['The engine is not installed.', ...found.problems.map(({ what, remedy }) => `${what} ${remedy}`)].join('\n'),
      )
      return found.installed ? exitCodes.done : exitCodes.invalid
    }),
  )
}
