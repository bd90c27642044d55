import fc from 'fast-check'
import { damagedBytes } from './damaged-bytes.ts'

/** A piece of JSON text in place of a value. */
class RawJson {
  constructor(readonly text: string) {}
}

const deep = (open: string, inner: string, close: string, depth: number): RawJson =>
  new RawJson(open.repeat(depth) + inner + close.repeat(depth))

/** Values of other types, huge numbers, texts that name other files, keys that objects have from birth, and nesting without end. */
const awkwardValues: readonly unknown[] = [
  ...[
    null,
    true,
    false,
    0,
    -1,
    0.5,
    1e308,
    2 ** 53,
    4294967296,
    new RawJson('1e999'),
    new RawJson('-0'),
    new RawJson('123456789012345678901234567890'),
  ],
  ...[
    '',
    ' ',
    '\0',
    '\ud800',
    '\udc00x',
    '\ufeff',
    '../../etc/passwd',
    '/dev/zero',
    '__proto__',
    'constructor',
    'a\nb',
    '\u001b[2J',
    '(a+)+$',
    '[',
    '9'.repeat(400),
  ],
  ...['0000-00-00T00:00:00Z', '+275760-09-13', '2025-02-30T25:61:61Z', 'x'.repeat(70_000)],
  ...[[], {}, [[]], [null], [{}], { length: 1e9 }, { toString: 1 }, { then: 'x' }],
  ...[new RawJson('{"__proto__":{"a":1}}'), new RawJson('{"a":1,"a":2}'), deep('[', '', ']', 20_000), deep('{"a":', '1', '}', 20_000)],
]
const awkwardKeys = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', '', '\ud800', '\0', 'unknown', '../x', 'length']

const value = fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...awkwardValues) }, { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 3 }) })
const change = fc.record({
  kind: fc.constantFrom('replace', 'replace', 'remove', 'add', 'rename', 'double', 'repeat'),
  at: fc.nat(),
  value,
  key: fc.constantFrom(...awkwardKeys),
})
type Change = typeof change extends fc.Arbitrary<infer Drawn> ? Drawn : never

/** The text of a valid JSON document with some of its values, and sometimes of its bytes, changed. */
export function damagedJson(valid: readonly unknown[]): fc.Arbitrary<Buffer> {
  const changed = changedJson(valid).map((text) => Buffer.from(text))
  return fc.oneof(
    { weight: 3, arbitrary: changed },
    { weight: 1, arbitrary: damagedBytes(valid.map((document) => Buffer.from(JSON.stringify(document)))) },
  )
}

/** The same for a file of one document a line: lines that are changed, lost, doubled, in another order, and odd line ends. */
export function damagedLines(valid: readonly unknown[]): fc.Arbitrary<Buffer> {
  const line = fc.oneof(
    fc.constantFrom(...valid.map((document) => JSON.stringify(document))),
    changedJson(valid),
    fc.constantFrom('', ' ', 'null', '{', '[]', '{"id":'),
  )
  const shuffled = fc
    .tuple(fc.array(line, { maxLength: 6 }), fc.constantFrom('\n', '\r\n', '\n\n', '\r'), fc.constantFrom('', '\n'))
    .map(([lines, between, end]) => Buffer.from(lines.join(between) + end))
  // One line changed, and the rest of the file as it was.
  const whole = valid.map((document) => JSON.stringify(document))
  const one = fc
    .tuple(changedJson(valid), fc.nat(valid.length - 1))
    .map(([text, index]) => Buffer.from([...whole.slice(0, index), text, ...whole.slice(index + 1)].join('\n') + '\n'))
  return fc.oneof(shuffled, one, damagedBytes([Buffer.from(`${whole.join('\n')}\n`)]))
}

function changedJson(valid: readonly unknown[]): fc.Arbitrary<string> {
  return fc
    .tuple(fc.constantFrom(...valid), fc.array(change, { minLength: 1, maxLength: 4 }))
    .map(([document, changes]) => textOf(changes.reduce<unknown>(changedValue, document)))
}

/** Where a value stands: the number of its entry, at each level. */
type Path = readonly number[]

/** Every place in a value. */
function placesIn(found: unknown, path: Path = []): Path[] {
  if (found instanceof RawJson || typeof found !== 'object' || found === null) return [path]
  return [path, ...entriesOf(found).flatMap(([, inner], index) => placesIn(inner, [...path, index]))]
}

function changedValue(document: unknown, { kind, at, value: other, key }: Change): unknown {
  const places = placesIn(document)
  const copy = (inner: unknown, [index, ...further]: Path): unknown => {
    if (index === undefined) return other
    const entries = entriesOf(inner)
    const [name, held] = entries[index] ?? ['', null]
    if (further.length > 0) entries[index] = [name, copy(held, further)]
    else if (kind === 'remove') entries.splice(index, 1)
    else if (kind === 'add') entries.push([key, other])
    else if (kind === 'rename') entries[index] = [key, held]
    else if (kind === 'double') entries.push([name, other])
    else if (kind === 'repeat') entries.push([name, held])
    else entries[index] = [name, other]
    return Array.isArray(inner) ? entries.map(([, element]) => element) : new Entries(entries)
  }
  return copy(document, places[at % places.length] ?? [])
}

/** An object that may have a key twice, or one that no object may have. */
class Entries {
  constructor(readonly entries: readonly (readonly [string, unknown])[]) {}
}

function entriesOf(held: unknown): [string, unknown][] {
  if (held instanceof Entries) return held.entries.map(([key, inner]) => [key, inner])
  return Object.entries(held as object) as [string, unknown][]
}

function textOf(held: unknown): string {
  if (held instanceof RawJson) return held.text
  if (Array.isArray(held)) return `[${held.map(textOf).join(',')}]`
  if (typeof held !== 'object' || held === null) return JSON.stringify(held) ?? 'null'
  return `{${entriesOf(held)
    .map(([key, inner]) => `${JSON.stringify(key)}:${textOf(inner)}`)
    .join(',')}}`
}
