import fc from 'fast-check'

/** Numbers at which lengths, counts and offsets go wrong. */
const awkwardNumbers = [
  0n,
  1n,
  31n,
  255n,
  2n ** 24n,
  2n ** 31n - 1n,
  2n ** 31n,
  2n ** 32n - 1n,
  2n ** 40n,
  2n ** 53n,
  2n ** 63n,
  2n ** 64n - 1n,
]

/** What text files are not supposed to hold: a byte order mark, NUL, half a character, an overlong one, line ends, what JSON is made of. */
const awkwardPieces = [
  '\ufeff',
  '\0',
  '\n',
  '\r',
  '\u2028',
  '"',
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  '\\',
  '\\ud800',
  '../',
  '1e999',
  '-',
  '__proto__',
]
  .map((text) => Buffer.from(text))
  .concat([Buffer.of(0xff, 0xfe), Buffer.of(0xed, 0xa0, 0x80), Buffer.of(0xc0, 0xaf), Buffer.of(0x80)])

type Damage = (bytes: Buffer) => Buffer

/** `at` and `length` are taken modulo what there is, so that every drawn number means something for every file. */
const place = fc.record({ at: fc.nat(), length: fc.nat(64) })
const spanIn = (bytes: Buffer, at: number, length: number): [start: number, end: number] => {
  const start = at % (bytes.length + 1)
  return [start, Math.min(bytes.length, start + length)]
}
const spliced = (bytes: Buffer, start: number, end: number, piece: Uint8Array): Buffer =>
  Buffer.concat([bytes.subarray(0, start), piece, bytes.subarray(end)])

const damage: fc.Arbitrary<Damage> = fc.oneof(
  fc.tuple(place, fc.nat(255)).map(([{ at }, byte]): Damage => (bytes) => {
    const [start] = spanIn(bytes, at, 1)
    return spliced(bytes, start, start + 1, Uint8Array.of(byte))
  }),
  fc.tuple(place, fc.constantFrom(...awkwardNumbers), fc.constantFrom(4, 8)).map(([{ at }, number, width]): Damage => (bytes) => {
    const [start] = spanIn(bytes, at, width)
    return spliced(bytes, start, start + width, new Uint8Array(BigUint64Array.of(number).buffer, 0, width))
  }),
  place.map(
    ({ at }): Damage =>
      (bytes) =>
        bytes.subarray(0, at % (bytes.length + 1)),
  ),
  place.map(
    ({ at, length }): Damage =>
      (bytes) =>
        spliced(bytes, ...spanIn(bytes, at, length), Buffer.alloc(0)),
  ),
  place.map(({ at, length }): Damage => (bytes) => {
    const [start, end] = spanIn(bytes, at, length)
    return spliced(bytes, end, end, bytes.subarray(start, end))
  }),
  fc.tuple(place, fc.constantFrom(...awkwardPieces)).map(([{ at }, piece]): Damage => (bytes) => {
    const [start] = spanIn(bytes, at, 0)
    return spliced(bytes, start, start, piece)
  }),
  fc.tuple(place, fc.uint8Array({ maxLength: 64 })).map(
    ([{ at, length }, piece]): Damage =>
      (bytes) =>
        spliced(bytes, ...spanIn(bytes, at, length), piece),
  ),
)

/** A valid file with up to six things wrong with it, seldom random bytes from end to end. */
export function damagedBytes(valid: readonly Uint8Array[]): fc.Arbitrary<Buffer> {
  const damaged = fc
    .tuple(fc.constantFrom(...valid), fc.array(damage, { minLength: 1, maxLength: 6 }))
    .map(([bytes, damages]) => damages.reduce<Buffer>((before, change) => change(before), Buffer.from(bytes)))
  return fc.oneof(
    { weight: 20, arbitrary: damaged },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 600 }).map((bytes) => Buffer.from(bytes)) },
  )
}
