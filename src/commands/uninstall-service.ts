import { exitCodes } from '../errors.ts'
import { removeFiles } from '../service/files.ts'
import { serviceFilePaths } from '../service/place.ts'
import { examples } from './command.ts'
import type { CommandModule } from './command.ts'

export const configure: CommandModule['configure'] = (command, act) => {
  command.option('--user', 'units of your user, instead of the system')
  examples(command, [['genesis-improve uninstall-service --user', 'take the units away again; the home stays']])
  command.action(
    act(async ({ out, environment }, { user }: { user?: true }) => {
      const manager = user ? 'user' : 'system'
      const removed = await removeFiles(serviceFilePaths(manager, environment))
      const systemctl = user ? 'systemctl --user' : 'systemctl'
      out.result({ removed }, () =>
        removed.length === 0
          ? 'Nothing that this program wrote was there.'
          : [
              ...removed.map((file) => `Removed ${file}`),
              'What still runs stops with:',
              `  ${systemctl} stop genesis-improve.timer genesis-improve.service genesis-improve-daemon.service genesis-improve-api.service`,
              `  ${systemctl} daemon-reload`,
            ].join('\n'),
      )
      return exitCodes.done
    }),
  )
}
