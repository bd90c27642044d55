import type { ChalkInstance } from 'chalk'
import type { LoggedLine } from '../cycle/read-log.ts'

/** A line of a cycle's log: when (UTC), at which step, what. What the trainer printed stands behind a bar. */
export function describeLogged(line: LoggedLine, paint: ChalkInstance): string {
  if (line.from === 'trainer') return `${paint.dim('train |')} ${plain(line.text)}`
  if ('damaged' in line) return plain(line.damaged)
  const { time, step, level, message } = line.entry
  const text = level === 'error' ? paint.red(message) : level === 'warn' ? paint.yellow(message) : message
  return `${paint.dim(time.slice(0, 19).replace('T', ' '))}  ${(step ?? '').padEnd(8)}  ${text}`
}

/** Of a bar that is drawn over and over the newest, and no control characters (but tabs), which would steer the terminal. */
const plain = (text: string): string => (text.split('\r').at(-1) ?? '').replaceAll(/(?!\t)\p{Cc}/gu, '')
