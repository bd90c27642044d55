import type { Learning } from './learning.ts'
import { openFile } from './open-file.ts'

/** A learning as it is written: one line, whose beginning names it. */
export function lineOf({ id, kind, input, context, wanted, wrong, category, at, source }: Learning): string {
  const optional = { ...(context.length > 0 && { context }), ...(wanted !== null && { wanted }), ...(wrong !== null && { wrong }) }
  return JSON.stringify({ id, kind, input, ...optional, category, at, ...(source !== null && { source }) })
}

/** Every line that we write begins like this, and no other text of a line can: a quote inside a text is escaped. */
const beginningOf = (id: string): Buffer => Buffer.from(`{"id":${JSON.stringify(id)},"kind":`)

const pieceBytes = 1 << 20

/** The lines in the file that were written for these ids; hundreds of megabytes take a fraction of a second for each id. */
export async function recordedLines(file: string, ids: readonly string[]): Promise<Map<string, string>> {
  const found = new Map<string, string>()
  const opened = await openFile(file)
  if (opened === null) return found
  const wanted = new Map(ids.map((id) => [id, beginningOf(id)]))
  const overlap = Math.max(...[...wanted.values()].map(({ length }) => length)) - 1
  const buffer = Buffer.allocUnsafe(overlap + pieceBytes)
  const { handle } = opened
  try {
    let start = 0
    let kept = 0
    while (wanted.size > 0) {
      const { bytesRead } = await handle.read(buffer, kept, pieceBytes, start + kept)
      if (bytesRead === 0) break
      const filled = kept + bytesRead
      for (const [id, beginning] of wanted) {
        const place = buffer.subarray(0, filled).indexOf(beginning)
        if (place === -1) continue
        found.set(id, await lineAt(handle, start + place))
        wanted.delete(id)
      }
      kept = Math.min(overlap, filled)
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
