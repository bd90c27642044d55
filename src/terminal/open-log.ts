import type { Environment } from '../config/environment.ts'
import { systemClock } from '../system/clock.ts'
import { isJournal } from '../system/journal-stream.ts'
import type { Log } from '../system/log.ts'

export type LogFormat = 'human' | 'json'

/** The log in which standard error is written: as told, else where it goes into systemd's journal. Null for text; the library is read only for a log. */
export async function openLog(
  format: LogFormat | undefined,
  environment: Environment,
  conceal: (text: string) => string,
): Promise<Log | null> {
  const isJson = format === undefined ? isJournal(environment['JOURNAL_STREAM'], process.stderr.fd) : format === 'json'
  if (!isJson) return null
  const { jsonLog } = await import('../system/log.ts')
  return jsonLog(process.stderr, { clock: systemClock, conceal })
}
