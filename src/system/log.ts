import { pino } from 'pino'
import type { Clock } from './clock.ts'

/** One event. Every line of a log has these fields; more of them say more about it. */
export interface LogEntry {
  level: 'info' | 'warn' | 'error'
  /** What kind of event: `step-started`, `progress`, `note`, ... */
  event: string
  cycle: string | null
  step: string | null
  /** In words, for people. */
  message: string
  [field: string]: unknown
}

export type Log = (entry: LogEntry) => void

interface Surroundings {
  clock: Clock
  /** Takes secrets out of a line. */
  conceal: (text: string) => string
}

/** Fields that never belong into a log, wherever they come from. */
const secretFields = ['token', 'apiKey', 'api_key', 'password', 'secret', 'authorization', 'cookie', 'ping_url', 'environment']

/** A log of JSON lines, each with its level, its time (ISO 8601, UTC) and the fields of its entry. */
export function jsonLog(destination: { write(line: string): void }, { clock, conceal }: Surroundings): Log {
  const logger = pino(
    {
      // Neither the process id nor the name of the host: the journal has both.
      base: null,
      messageKey: 'message',
      timestamp: () => `,"time":"${clock.now().toISOString()}"`,
      formatters: { level: (level) => ({ level }) },
      redact: { paths: secretFields.flatMap((name) => [name, `*.${name}`]), censor: '[secret]' },
      hooks: { streamWrite: conceal },
    },
    destination,
  )
  return ({ level, message, ...fields }) => logger[level](fields, message)
}
