import { parseJson } from '../evaluation/json-equal.ts'
import type { Learning } from './learning.ts'
import { openFile } from './open-file.ts'

/** A learning as it is written: one line, whose beginning names it. */
export function lineOf({ id, kind, input, context, wanted, wrong, category, at, source, author }: Learning): string {
  const optional = { ...(context.length > 0 && { context }), ...(wanted !== null && { wanted }), ...(wrong !== null && { wrong }) }
  return JSON.stringify({
    id,
    kind,
    input,
    ...optional,
    category,
    at,
    ...(source !== null && { source }),
    ...(author !== undefined && { author }),
  })
}

/** Every line that we write begins like this, and no other text of a line can: a quote inside a text is escaped. */
const opening = Buffer.from('{"id":"')
const closing = Buffer.from('","kind":')
const beginningOf = (id: string): string => `{"id":${JSON.stringify(id)},"kind":`

const pieceBytes = 1 << 20

/** The whole lines in the file that were written for these ids; hundreds of megabytes take a second, however many ids there are. */
export async function recordedLines(file: string, ids: readonly string[]): Promise<Map<string, string>> {
  const found = new Map<string, string>()
  const opened = await openFile(file)
  if (opened === null) return found
  const wanted = new Map(ids.map((id) => [beginningOf(id), id]))
  const longest = Math.max(...[...wanted.keys()].map((beginning) => Buffer.byteLength(beginning)))
  const buffer = Buffer.allocUnsafe(longest + pieceBytes)
  const { handle } = opened
  try {
    let start = 0
    let kept = 0
    while (wanted.size > 0) {
      const { bytesRead } = await handle.read(buffer, kept, pieceBytes, start + kept)
      if (bytesRead === 0) break
      const filled = kept + bytesRead
      const piece = buffer.subarray(0, filled)
      for (let at = piece.indexOf(opening); at !== -1; at = piece.indexOf(opening, at + 1)) {
        const end = piece.subarray(at, at + longest).indexOf(closing)
        const beginning = end === -1 ? '' : piece.toString('utf8', at, at + end + closing.length)
        const id = wanted.get(beginning)
        if (id === undefined) continue
        const line = await lineAt(handle, start + at)
        // What a crash or a full disk cut short was never acknowledged: whoever sends it again must have it recorded.
        if (parseJson(line) === undefined) continue
        found.set(id, line)
        wanted.delete(beginning)
      }
      kept = Math.min(longest, filled)
      buffer.copy(buffer, 0, filled - kept, filled)
      start += filled - kept
    }
  } finally {
    await handle.close()
  }
  return found
}

type Handle = NonNullable<Awaited<ReturnType<typeof openFile>>>['handle']

async function lineAt(handle: Handle, position: number): Promise<string> {
  const pieces: Buffer[] = []
  for (let at = position; ;) {
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(1 << 16), 0, 1 << 16, at)
    const end = buffer.subarray(0, bytesRead).indexOf(0x0a)
    pieces.push(buffer.subarray(0, end === -1 ? bytesRead : end))
    if (end !== -1 || bytesRead === 0) return Buffer.concat(pieces).toString('utf8')
    at += bytesRead
  }
}
