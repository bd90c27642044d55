import fc from 'fast-check'

/** Bytes of a 64-bit number. */
const wide = (value: bigint): Buffer => Buffer.from(BigUint64Array.of(BigInt.asUintN(64, value)).buffer)
const narrow = (value: number): Buffer => Buffer.from(Uint32Array.of(value).buffer)
const text = (value: string): Buffer => Buffer.concat([wide(BigInt(Buffer.byteLength(value))), Buffer.from(value)])

const keys = [
  ...[
    'general.architecture',
    'general.type',
    'general.alignment',
    'general.file_type',
    'adapter.type',
    'adapter.lora.alpha',
    'split.count',
  ],
  ...['llama.context_length', 'tokenizer.ggml.model', 'tokenizer.ggml.tokens', 'tokenizer.ggml.merges', 'tokenizer.ggml.token_type'],
  ...[
    'tokenizer.chat_template',
    'tokenizer.ggml.bos_token_id',
    'tokenizer.ggml.add_bos_token',
    '',
    '__proto__',
    '../../x',
    'a\0b',
    'k'.repeat(70_000),
  ],
]
const words = fc.oneof(
  fc.constantFrom('llama', 'adapter', 'lora', '', '\0', '../..', '\ud800', '__proto__', 'x'.repeat(100_000)),
  fc.string({ unit: 'binary' }),
)
const counts = fc.oneof(
  { weight: 5, arbitrary: fc.bigInt(0n, 5n) },
  { weight: 1, arbitrary: fc.constantFrom(2n ** 20n, 2n ** 32n, 2n ** 40n, 2n ** 53n, 2n ** 63n, 2n ** 64n - 1n) },
)
const bytes = fc.uint8Array({ minLength: 8, maxLength: 8 })

/** A type and its value: of every type, and arrays of arrays down to where none is read any more. */
const { value } = fc.letrec<{ value: Buffer; array: Buffer }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    bytes.map((eight) => Buffer.concat([narrow(4), Buffer.from(eight.subarray(0, 4))])),
    bytes.map((eight) => Buffer.concat([narrow(6), Buffer.from(eight.subarray(0, 4))])),
    bytes.map((eight) => Buffer.concat([narrow(10), Buffer.from(eight)])),
    bytes.map((eight) => Buffer.concat([narrow(12), Buffer.from(eight)])),
    fc.boolean().map((yes) => Buffer.concat([narrow(7), Buffer.of(yes ? 1 : 0)])),
    words.map((word) => Buffer.concat([narrow(8), text(word)])),
    tie('array').map((array) => Buffer.concat([narrow(9), array])),
  ),
  array: fc.oneof(
    { depthSize: 'small' },
    fc.array(words, { maxLength: 5 }).map((list) => Buffer.concat([narrow(8), wide(BigInt(list.length)), ...list.map(text)])),
    fc.tuple(fc.nat(13), counts, bytes).map(([type, count, eight]) => Buffer.concat([narrow(type), wide(count), Buffer.from(eight)])),
    fc.array(tie('array'), { maxLength: 3 }).map((list) => Buffer.concat([narrow(9), wide(BigInt(list.length)), ...list])),
  ),
}))

const names = [
  'blk.0.attn_q.weight',
  'blk.0.attn_q.weight.lora_a',
  'blk.0.attn_q.weight.lora_b',
  'token_embd.weight.lora_a',
  'x.lora_a',
  '',
  '..',
  'a\0b',
  '__proto__',
]
const shape = fc.oneof(
  { weight: 4, arbitrary: fc.array(fc.bigInt(1n, 16n), { minLength: 1, maxLength: 2 }) },
  { weight: 1, arbitrary: fc.array(counts, { maxLength: 5 }) },
)
/** Without an offset it lies behind the one before it, as it should. */
const tensor = fc.record({
  name: fc.constantFrom(...names),
  lengths: shape,
  type: fc.oneof({ weight: 6, arbitrary: fc.constantFrom(0, 1) }, { weight: 1, arbitrary: fc.nat(50) }),
  offset: fc.oneof({ weight: 8, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: counts }),
})
type OddTensor = typeof tensor extends fc.Arbitrary<infer Drawn> ? Drawn : never

function descriptions(tensors: readonly OddTensor[]): Buffer[] {
  let next = 0n
  return tensors.map(({ name, lengths, type, offset }) => {
    const place = offset ?? next
    const elements = lengths.reduce((product, length) => product * length, 4n)
    next = BigInt.asUintN(60, (place + elements + 31n) & ~31n)
    return Buffer.concat([text(name), narrow(lengths.length), ...lengths.map(wide), narrow(type), wide(place)])
  })
}

const seldom = <Drawn>(usual: Drawn, other: fc.Arbitrary<Drawn>): fc.Arbitrary<Drawn> =>
  fc.oneof({ weight: 20, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: other })
const asAdapter = [
  ['general.architecture', Buffer.concat([narrow(8), text('llama')])],
  ['general.type', Buffer.concat([narrow(8), text('adapter')])],
  ['adapter.type', Buffer.concat([narrow(8), text('lora')])],
] as const

/** GGUF headers that are whole, or nearly, and say odd things. */
export const oddGguf: fc.Arbitrary<Buffer> = fc
  .record({
    version: seldom(3, fc.nat()),
    entries: fc.uniqueArray(fc.tuple(fc.constantFrom(...keys), value), { maxLength: 6, selector: ([key]) => key }),
    isAdapter: fc.boolean(),
    tensors: fc.uniqueArray(tensor, { maxLength: 4, selector: ({ name }) => name }),
    more: seldom([0n, 0n] as const, fc.tuple(counts, counts)),
    // Numbers to compute with: ones, or whatever bytes.
    data: fc.constantFrom(Buffer.alloc(8192), Buffer.from(new Float32Array(2048).fill(1).buffer), Buffer.alloc(8192, 0xff)),
  })
  .map(({ version, entries, isAdapter, tensors, more: [moreTensors, moreEntries], data }) => {
    const own = isAdapter ? [...asAdapter, ...entries.filter(([key]) => !asAdapter.some(([name]) => name === key))] : entries
    const header = Buffer.concat([
      ...[Buffer.from('GGUF'), narrow(version), wide(BigInt(tensors.length) + moreTensors), wide(BigInt(own.length) + moreEntries)],
      ...own.flatMap(([key, held]) => [text(key), held]),
      ...descriptions(tensors),
    ])
    return Buffer.concat([header, Buffer.alloc(-header.length & 31), data])
  })
