import type { Command } from 'commander'
import { engineDirectoryOf } from '../app.ts'
import { installEngine } from '../engine/install.ts'
import { engineStatus } from '../engine/status.ts'
import { exitCodes } from '../errors.ts'
import { ProgressDisplay } from '../terminal/progress.ts'
import { examples } from './command.ts'
import type { CommandModule } from './command.ts'

export const configure: CommandModule['configure'] = (command, act) => {
  const install = withOutputOptions(command.command('install').description('install the embedded engine into the cache directory'))
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
  const status = withOutputOptions(command.command('status').description('show whether the engine is installed, and which'))
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

function withOutputOptions(command: Command): Command {
  return command
    .option('--json', 'print one JSON document on standard output')
    .option('--quiet', 'print nothing but errors')
    .option('--no-color', 'print without colours')
}
