import path from 'node:path'
import { hardening } from './hardening.ts'
import { commandLine, ownMark, quoted, unitText, unquoted } from './unit-text.ts'
import type { UnitSections } from './unit-text.ts'

/** Where the services of one machine run. Paths are absolute. */
export interface ServicePlace {
  manager: 'system' | 'user'
  /** The program and its arguments before those of a command. */
  program: readonly string[]
  home: string
  /** Where the engine is, or is to be, installed. */
  engineDirectory: string
  /** The user that the system's services run as. */
  user: string
  /** A file with variables and secrets, KEY=value a line; need not exist. */
  environmentFile: string
}

export interface ServiceFile {
  name: string
  text: string
}

export const unitNames = [
  'genesis-improve.service',
  'genesis-improve.timer',
  'genesis-improve-daemon.service',
  'genesis-improve-api.service',
] as const

/** The units for a place: a look every hour, or a process that stays, and the API. */
export function serviceUnits(place: ServicePlace): ServiceFile[] {
  const wanted = place.manager === 'system' ? 'multi-user.target' : 'default.target'
  const unit = (name: (typeof unitNames)[number], about: string, sections: UnitSections): ServiceFile => ({
    name,
    text: unitText(about, sections),
  })
  return [
    unit('genesis-improve.service', 'One look: opens a cycle if one is due, and runs it to its end. Started by genesis-improve.timer.', {
      Unit: ['Description=Turn corrections into a better model (genesis-improve)', after],
      Service: [
        'Type=oneshot',
        ...running(place, 'check --until-idle'),
        '11: another call is at work; 130: stopped while a step ran, the next call goes on. Neither is a failure.',
        'SuccessExitStatus=11 130',
        'Longer than trainer.timeLimitHours (24), since a oneshot has no limit of its own.',
        'TimeoutStartSec=48h',
        ...stopping,
        'Nice=10',
        ...hardening(place.manager),
      ],
    }),
    unit('genesis-improve.timer', "Looks every hour. What is due follows from the home's state, not from this timer.", {
      Unit: ['Description=Look every hour whether a better model is due (genesis-improve)'],
      Timer: ['OnCalendar=hourly', 'RandomizedDelaySec=5min', 'Persistent=true'],
      Install: ['WantedBy=timers.target'],
    }),
    unit(
      'genesis-improve-daemon.service',
      'Instead of the timer: stays, and looks every triggers.intervalMinutes. For a machine that trains elsewhere.',
      {
        Unit: [
          'Description=Watch for corrections, and turn them into a better model (genesis-improve)',
          after,
          'Conflicts=genesis-improve.timer',
        ],
        Service: [
          'Type=exec',
          ...running(place, 'check'),
          'SuccessExitStatus=130',
          'Restart=on-failure',
          'RestartSec=30s',
          ...stopping,
          'Nice=10',
          'Too little for a training on this machine: docs/operation.md has the drop-in for that.',
          'MemoryMax=2G',
          'CPUQuota=100%',
          ...hardening(place.manager),
        ],
        Install: [`WantedBy=${wanted}`],
      },
    ),
    unit('genesis-improve-api.service', 'The HTTP API and the metrics. GENESIS_API_TOKEN belongs into the environment file.', {
      Unit: ['Description=API and metrics of genesis-improve', after],
      Service: [
        'Type=exec',
        ...running(place, 'serve'),
        'Restart=on-failure',
        'RestartSec=5s',
        'TimeoutStopSec=30s',
        'MemoryMax=1G',
        ...hardening(place.manager),
      ],
      Install: [`WantedBy=${wanted}`],
    }),
  ]
}

/** The system user, for systemd-sysusers. */
export function userFile({ user, home }: ServicePlace): ServiceFile {
  return {
    name: 'genesis-improve.conf',
    text: `${ownMark}.\n# The user of the services.\nu ${user} - "genesis-improve" ${quoted(home)}\n`,
  }
}

const after = 'After=network.target ollama.service'

/** A training that is told to stop leaves its checkpoint and its journal first; only the program itself is told, and tells its trainers. */
const stopping = ['KillMode=mixed', 'TimeoutStopSec=2min']

function running({ manager, program, home, engineDirectory, user, environmentFile }: ServicePlace, command: string): string[] {
  return [
    ...(manager === 'system' ? [`User=${user}`, `Group=${user}`, ...writable(home), ...writable(engineDirectory)] : []),
    `WorkingDirectory=${unquoted(home)}`,
    `Environment=${quoted(`GENESIS_HOME=${home}`)} ${quoted(`GENESIS_ENGINE_DIR=${engineDirectory}`)}`,
    `EnvironmentFile=-${unquoted(environmentFile)}`,
    `ExecStart=${commandLine([...program, ...command.split(' ')])}`,
  ]
}

/** systemd makes what lies in its own places, and gives it to the user; elsewhere it must exist. */
function writable(directory: string): string[] {
  for (const [base, setting] of [
    ['/var/lib', 'StateDirectory'],
    ['/var/cache', 'CacheDirectory'],
  ] as const) {
    const inside = path.posix.relative(base, directory)
    if (inside !== '' && !inside.startsWith('..')) return [`${setting}=${quoted(inside)}`, `${setting}Mode=0700`]
  }
  return [`ReadWritePaths=${quoted(`-${directory}`)}`]
}
