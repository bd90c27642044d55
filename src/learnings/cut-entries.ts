import { createReadStream } from 'node:fs'
import { open, rename, stat } from 'node:fs/promises'
import { randomBytes } from 'node:crypto'
import path from 'node:path'
import { discard, syncDirectory, writeError } from '../state/files.ts'
import type { FileVersion } from './open-file.ts'
import { isSameVersion, versionOf } from './open-file.ts'
import type { RawEntry } from './raw-entry.ts'
import { ChangedWhileRead } from './read-entries.ts'

/** Bytes of a file, from the first to before the last. */
export interface Span {
  start: number
  end: number
}

/** What to cut out of a JSON list so that the chosen entries go and the commas still fit. */
export function spansOfList(entries: Iterable<Span & { isChosen: boolean }>): Span[] {
  const spans: Span[] = []
  let keptEnd = -1
  let cutStart = -1
  let cutEnd = -1
  for (const { start, end, isChosen } of entries) {
    if (isChosen) {
      if (cutStart < 0) cutStart = start
      cutEnd = end
    } else {
      // The comma before the cut stays and serves the next entry.
      if (cutStart >= 0) spans.push({ start: cutStart, end: start })
      cutStart = -1
      keptEnd = end
    }
  }
  if (cutStart >= 0) spans.push({ start: keptEnd >= 0 ? keptEnd : cutStart, end: cutEnd })
  return spans
}

/**
 * Cuts the chosen entries out of a file and leaves every other byte as it is; the file is replaced in one piece. Gives the number of
 * entries cut. Throws ChangedWhileRead when somebody else wrote into it meanwhile; then it stays as it was.
 */
export async function cutEntries(
  file: string,
  entries: () => AsyncIterable<RawEntry[]>,
  isChosen: (entry: RawEntry) => boolean,
): Promise<number> {
  const version = await versionOf(file)
  if (version === null) return 0
  const found: (Span & { isChosen: boolean })[] = []
  let chosen = 0
  for await (const batch of entries()) {
    for (const entry of batch) {
      const place = { start: entry.start, end: entry.end, isChosen: isChosen(entry) }
      if (place.isChosen) chosen += 1
      found.push(place)
    }
  }
  const spans = file.endsWith('.jsonl') ? found.filter((place) => place.isChosen) : spansOfList(found)
  if (chosen > 0) await copyWithout(file, version, spans)
  return chosen
}

async function copyWithout(file: string, version: FileVersion, spans: readonly Span[]): Promise<void> {
  const temporary = path.join(path.dirname(file), `.${path.basename(file)}.${process.pid}-${randomBytes(4).toString('hex')}.tmp`)
  try {
    const { mode } = await stat(file)
    const handle = await open(temporary, 'wx', mode & 0o777)
    try {
      for (const { start, end } of spansBetween(spans, Number(version.size))) {
        for await (const chunk of createReadStream(file, { start, end: end - 1 })) await handle.appendFile(chunk as Buffer)
      }
      await handle.sync()
    } finally {
      await handle.close()
    }
    if (!isSameVersion(version, await versionOf(file))) throw new ChangedWhileRead(file)
    await rename(temporary, file)
    await syncDirectory(path.dirname(file))
  } catch (error) {
    await discard(temporary)
    throw writeError(error, file)
  }
}

function spansBetween(spans: readonly Span[], size: number): Span[] {
  const starts = [0, ...spans.map(({ end }) => end)]
  const ends = [...spans.map(({ start }) => start), size]
  return starts.map((start, index) => ({ start, end: ends[index] ?? size })).filter(({ start, end }) => end > start)
}
