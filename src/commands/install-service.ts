import { InvalidArgumentError } from 'commander'
import { engineDirectoryOf } from '../app.ts'
import { exitCodes } from '../errors.ts'
import { installFiles } from '../service/files.ts'
import { serviceFiles, servicePlace } from '../service/place.ts'
import type { ServicePlace } from '../service/units.ts'
import { shellWord } from '../terminal/format.ts'
import { examples } from './command.ts'
import type { CommandModule } from './command.ts'

interface Options {
  user?: true
  dryRun?: true
  runAs: string
}

export const configure: CommandModule['configure'] = (command, act) => {
  command
    .option('--user', 'units of your user, instead of the system')
    .option('--dry-run', 'print what would be written, and write nothing')
    .option('--run-as <name>', 'the user of the system units', userName, 'genesis-improve')
  examples(command, [
    ['genesis-improve install-service --user --home ~/genesis', 'for you'],
    ['sudo genesis-improve install-service --home /var/lib/genesis-improve', 'for the machine'],
    ['genesis-improve install-service --dry-run', 'look at it first'],
  ])
  command.action(
    act(async ({ home, out, environment }, { user, dryRun, runAs }: Options) => {
      const manager = user ? 'user' : 'system'
      const place = servicePlace({ manager, home: home.root, environment }, engineFor(manager, environment), runAs)
      const files = serviceFiles(place, environment)
      if (!dryRun) await installFiles(files)
      out.result({ written: !dryRun, files }, () =>
        dryRun
          ? files.map(({ path, text }) => `# ${path}\n${text}`).join('\n')
          : [...files.map(({ path }) => `Wrote ${path}`), 'Now run:', ...nextCommands(place).map((line) => `  ${line}`)].join('\n'),
      )
      return exitCodes.done
    }),
  )
}

function userName(text: string): string {
  if (!/^[a-z_][a-z0-9_-]{0,30}$/.test(text)) throw new InvalidArgumentError('It must be the name of a user, in small letters.')
  return text
}

/** A system user has no cache directory of its own. */
function engineFor(manager: 'system' | 'user', environment: Parameters<typeof engineDirectoryOf>[0]): string {
  const isGiven = (environment['GENESIS_ENGINE_DIR'] ?? '') !== ''
  return manager === 'user' || isGiven ? engineDirectoryOf(environment) : `${systemCache}/engine`
}

const systemCache = '/var/cache/genesis-improve'

function nextCommands({ manager, home, user, engineDirectory }: ServicePlace): string[] {
  if (manager === 'user')
    return [
      'systemctl --user daemon-reload',
      'systemctl --user enable --now genesis-improve.timer',
      'loginctl enable-linger   # to run while you are not logged in',
    ]
  const engine = shellWord(engineDirectory)
  const cache = engineDirectory.startsWith(`${systemCache}/`) ? systemCache : engine
  const as = `sudo -u ${user}`
  return [
    'systemd-sysusers',
    `install -d -o ${user} -g ${user} -m 0700 ${shellWord(home)} ${cache}`,
    `${as} GENESIS_ENGINE_DIR=${engine} genesis-improve engine install`,
    `${as} genesis-improve init --home ${shellWord(home)} --base MODEL.gguf   # unless it is a home`,
    'systemctl daemon-reload',
    'systemctl enable --now genesis-improve.timer genesis-improve-api.service',
  ]
}
