/** Where a JSON text goes wrong, counted from 1, and how. */
export interface JsonMistake {
  line: number
  column: number
  what: string
}

const token =
  /[ \t\r\n]*(?:([{}[\],:])|("(?:[ !#-[\]-\uffff]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*")|(-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null))/y

/** What may come next. `value or end` and `key or end` stand right after an opening bracket. */
type Expected = 'value' | 'value or end' | 'key' | 'key or end' | 'colon' | 'separator'

const wanted: Record<Expected, string> = {
  value: 'a value',
  'value or end': 'a value or "]"',
  key: 'a key in double quotes',
  'key or end': 'a key in double quotes or "}"',
  colon: '":"',
  separator: '"," or the closing bracket',
}

/**
 * Finds the first mistake of a text that JSON.parse refused (RFC 8259). The parser's own messages name a place only in some
 * versions of Node and for some mistakes. Undefined when there is none.
 */
export function findJsonMistake(text: string): JsonMistake | undefined {
  const open: ('{' | '[')[] = []
  let expected: Expected = 'value'
  let offset = 0
  for (;;) {
    token.lastIndex = offset
    const match = token.exec(text)
    const start = skipSpace(text, offset)
    const whole: boolean = open.length === 0 && expected === 'separator'
    if (start === text.length) return whole ? undefined : mistakeAt(text, start, 'the text ends too early')
    const next: Expected | undefined = match === null || whole ? undefined : follow(expected, match, open)
    if (next === undefined) {
      return mistakeAt(text, start, `${whole ? 'the end of the text' : wanted[expected]} was expected, not ${shown(text, start)}`)
    }
    expected = next
    offset = token.lastIndex
  }
}

function follow(expected: Expected, match: RegExpExecArray, open: ('{' | '[')[]): Expected | undefined {
  const [, mark, string, other] = match
  const wantsValue = expected === 'value' || expected === 'value or end'
  if (string !== undefined && (expected === 'key' || expected === 'key or end')) return 'colon'
  if (string !== undefined || other !== undefined) return wantsValue ? 'separator' : undefined
  const inside = open.at(-1)
  if (mark === undefined) return undefined
  switch (mark) {
    case '{':
    case '[':
      if (!wantsValue) return undefined
      open.push(mark)
      return mark === '{' ? 'key or end' : 'value or end'
    case '}':
      if (inside !== '{' || (expected !== 'separator' && expected !== 'key or end')) return undefined
      open.pop()
      return 'separator'
    case ']':
      if (inside !== '[' || (expected !== 'separator' && expected !== 'value or end')) return undefined
      open.pop()
      return 'separator'
    case ':':
      return expected === 'colon' ? 'value' : undefined
    default:
      if (expected !== 'separator' || inside === undefined) return undefined
      return inside === '{' ? 'key' : 'value'
  }
}

function skipSpace(text: string, offset: number): number {
  let position = offset
  while (position < text.length && ' \t\r\n'.includes(text.charAt(position))) position += 1
  return position
}

function shown(text: string, start: number): string {
  const rest = text.slice(start, start + 20).split(/[\r\n]/)[0] ?? ''
  return rest.startsWith("'") ? `${rest} (JSON knows double quotes only)` : rest
}

function mistakeAt(text: string, offset: number, what: string): JsonMistake {
  const before = text.slice(0, offset)
  const lineStart = before.lastIndexOf('\n') + 1
  return { line: before.split('\n').length, column: offset - lineStart + 1, what }
}
