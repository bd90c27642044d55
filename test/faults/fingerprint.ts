import { createHash } from 'node:crypto'
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import path from 'node:path'
import type { Home } from '../../src/state/home.ts'

/**
 * A digest of everything in a home but times, attempts and what is only remembered for speed. Two homes with one digest can't be told apart by
 * the program, which does the same from there on.
 */
export const fingerprintOf = (home: Home): string => digestOf(contentsOf(home, (name) => !name.startsWith('cache/'), withoutAttempts))

/** The same with attempts and what is remembered: what a killed process has left, whatever its id was. */
export const traceOf = (home: Home): string =>
  digestOf(
    contentsOf(
      home,
      () => true,
      (text) => text,
    ),
  )

function digestOf(contents: readonly string[]): string {
  return createHash('sha256')
    .update(JSON.stringify([...contents].sort()))
    .digest('hex')
}

function contentsOf(home: Home, counts: (name: string) => boolean, ofJournal: (text: string) => string): string[] {
  const names = readdirSync(home.data, { recursive: true }).map(String)
  const cycles = names.flatMap((name) => /^cycles\/cycle-(\d{8}-\d{6})$/.exec(name)?.[1] ?? []).sort()
  const numbered = (text: string): string =>
    text.replaceAll(/\d{8}-\d{6}/g, (time) => (cycles.includes(time) ? `#${cycles.indexOf(time)}` : time))
  return names.filter(counts).map((name) => {
    const text = contentOf(path.join(home.data, name))
    const content = timeless(name.endsWith('journal.jsonl') ? ofJournal(text) : text)
    // Of files it is remembered by their inodes and times what was found in them.
    return numbered(timeless(`${name}: ${name.startsWith('cache/') ? content.replaceAll(/\d{5,}/g, 'a number') : content}`))
  })
}

const timeless = (text: string): string =>
  text
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'at some time')
    .replaceAll(/"(durationMs|pid|timeLeftMs)":\d+/g, '"$1":0')
    .replaceAll(/\.\d+-[0-9a-f]{8}\.tmp|(?<=\.opening-)[0-9a-f]{8}|(?<=digests\/)[-\d]+/g, 'a name')

function contentOf(file: string): string {
  const status = lstatSync(file)
  if (status.isSymbolicLink()) return readlinkSync(file)
  return status.isDirectory() ? 'a directory' : readFileSync(file, 'latin1')
}

/** How often a step was begun is what a fault changes. */
function withoutAttempts(journal: string): string {
  const kept = journal.split('\n').filter((line) => /^\{"event":"(opened|step-finished|closed)".*\}$/.test(line))
  return kept.map((line) => line.replace(/"attempt":\d+/, '"attempt":0')).join('\n')
}
