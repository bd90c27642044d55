export interface Line {
  /** Counted from 1. */
  number: number
  text: string
}

/**
 * The lines of a text that arrives in pieces, without their ends (\n or \r\n), a byte order mark and blank lines. Only these end a line:
 * JSON may hold other separators, such as U+2028, inside a string.
 */
export async function* linesOf(pieces: AsyncIterable<string> | Iterable<string>): AsyncGenerator<Line> {
  let number = 0
  let unfinished: string[] = []
  const complete = (end: string): Line[] => {
    const joined = unfinished.length === 0 ? end : unfinished.join('') + end
    unfinished = []
    number += 1
    const text = (number === 1 ? joined.replace(/^\uFEFF/, '') : joined).replace(/\r$/, '')
    return text.trim() === '' ? [] : [{ number, text }]
  }
  for await (const piece of pieces) {
    const parts = piece.split('\n')
    const last = parts.pop() ?? ''
    for (const part of parts) yield* complete(part)
    // A very long line is joined once, at its end.
    if (last !== '') unfinished.push(last)
  }
  if (unfinished.length > 0) yield* complete('')
}
