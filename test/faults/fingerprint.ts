import { createHash } from 'node:crypto'
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import path from 'node:path'
import type { Home } from '../../src/state/home.ts'

/**
 * A digest of everything in a home but times, attempts and what is only remembered for speed. Two homes with one digest can't be told apart by
 * the program, which does the same from there on.
 */
export function fingerprintOf(home: Home): string {
  const digest = createHash('sha256')
  for (const [name, content] of [...contentsOf(home)].sort()) digest.update(JSON.stringify([name, content]))
  return digest.digest('hex')
}

/** The files by their names, as they are compared. */
export function contentsOf(home: Home): Map<string, string> {
  const names = readdirSync(home.data, { recursive: true }).map(String)
  const cycles = names.flatMap((name) => /^cycles\/cycle-(\d{8}-\d{6})$/.exec(name)?.[1] ?? []).sort()
  const timeless = (text: string): string =>
    text
      .replaceAll(/\d{8}-\d{6}/g, (time) => (cycles.includes(time) ? `#${cycles.indexOf(time)}` : time))
      .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'at some time')
      .replaceAll(/"durationMs":\d+/g, '"durationMs":0')
  return new Map(
    names.filter((name) => !name.startsWith('cache/')).map((name) => [timeless(name), timeless(contentOf(path.join(home.data, name)))]),
  )
}

function contentOf(file: string): string {
  const status = lstatSync(file)
  if (status.isSymbolicLink()) return readlinkSync(file)
  if (status.isDirectory()) return 'a directory'
  return file.endsWith('journal.jsonl') ? journalWithoutAttempts(file) : readFileSync(file, 'latin1')
}

/** How often a step was begun is what a fault changes. */
function journalWithoutAttempts(file: string): string {
  const kept = readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => /^\{"event":"(opened|step-finished|closed)".*\}$/.test(line))
  return kept.map((line) => line.replace(/"attempt":\d+/, '"attempt":0')).join('\n')
}
