import { GenesisError } from '../errors.ts'
import { openGguf } from '../gguf/gguf-file.ts'
import type { GgufFile } from '../gguf/gguf-file.ts'
import { areFinite, invalidAdapter, listed } from '../gguf/lora.ts'
import { MetadataValue } from '../gguf/metadata.ts'
import type { TensorLayout, WrittenGguf } from '../gguf/writer.ts'
import { writeGguf } from '../gguf/writer.ts'
import type { ForeignAdapter, ForeignPair } from './foreign-adapter.ts'
import { openAdapterDirectory } from './open-adapter.ts'
import { reorderedHeads, reorderRows } from './rotary-order.ts'
import { baseTensorName, embeddingTensor, outputTensor, whyNotMerged } from './tensor-names.ts'

export interface ConvertedAdapter extends WrittenGguf {
  kind: ForeignAdapter['kind']
  pairs: number
  /** What to know about it, in words for the user. */
  notes: string[]
}

/**
 * Writes the adapter in a directory of PEFT or MLX-LM as a LoRA GGUF for `base` (a GGUF file, of which only the header is read): float32, in the
 * order of the base's tensors, so that the same adapter gives the same bytes. Throws what `openGguf`, `openAdapterDirectory` and `writeGguf` throw,
 * GI-ADAPTER-UNSUPPORTED and GI-ADAPTER-INVALID; no output exists then.
 */
export async function convertAdapter({
  directory,
  base,
  output,
}: {
  directory: string
  base: string
  output: string
}): Promise<ConvertedAdapter> {
  const gguf = await openGguf(base)
  await gguf.close()
  const adapter = await openAdapterDirectory(directory)
  try {
    const pairs = matchPairs(gguf, adapter.pairs)
    const architecture = gguf.architecture ?? ''
    const first = pairs[0]
    if (first === undefined) throw invalidAdapter(`${directory} holds no tensors`)
    // GGUF has one alpha for all; where a module's own differs, its B makes up for it.
    const alpha = Math.fround(first.scale * first.rank)
    const metadata = new Map([
      ['general.architecture', MetadataValue.text(architecture)],
      ['general.type', MetadataValue.text('adapter')],
      ['adapter.type', MetadataValue.text('lora')],
      ['adapter.lora.alpha', MetadataValue.float32(alpha)],
    ])
    const layout = { version: 3, alignment: 32, metadata, tensors: pairs.flatMap(describe) }
    const written = await writeGguf(output, layout, values(pairs, alpha))
    return { ...written, kind: adapter.kind, pairs: pairs.length, notes: notesOn(gguf, pairs) }
  } finally {
    await adapter.close()
  }
}

interface MatchedPair extends ForeignPair {
  /** The base tensor's name. */
  tensor: string
  /** See `reorderedHeads`. */
  heads: number | undefined
}

/** The pairs with their base tensors, in the base's order. */
function matchPairs(base: GgufFile, pairs: readonly ForeignPair[]): MatchedPair[] {
  const named = pairs.map((pair) => ({ ...pair, tensor: baseTensorName(pair.module) }))
  const strangers = named.filter(({ tensor }) => tensor === undefined)
  const [stranger] = strangers
  if (stranger !== undefined) {
    const why = `${listed(strangers.map(({ module }) => module))}: ${whyNotMerged(stranger.module)}`
    throw new GenesisError('GI-ADAPTER-UNSUPPORTED', { what: 'The adapter changes parts that cannot be merged.', why })
  }
  const places = new Map(base.tensors.map(({ name }, index) => [name, index]))
  const matched = named.flatMap(({ tensor, ...pair }) =>
    tensor === undefined ? [] : [{ ...pair, tensor, heads: reorderedHeads(base.architecture ?? '', base.metadata, tensor) }],
  )
  const missing = matched.filter(({ tensor }) => !places.has(tensor)).map(({ tensor }) => tensor)
  if (missing.includes(outputTensor) && places.has(embeddingTensor))
    throw new GenesisError('GI-ADAPTER-UNSUPPORTED', {
      why: 'it changes lm_head, which this base shares with the token embedding: changing one would change both',
      remedy: 'Train without lm_head, or use a base that has an output.weight of its own.',
    })
  if (missing.length > 0) throw invalidAdapter(`the base has no tensors ${listed(missing)}`)
  const doubled = matched.filter(({ tensor }, index) => matched.findIndex((other) => other.tensor === tensor) !== index)
  if (doubled.length > 0) throw invalidAdapter(`two modules are ${listed(doubled.map(({ tensor }) => tensor))}`)
  return matched.sort((left, right) => (places.get(left.tensor) ?? 0) - (places.get(right.tensor) ?? 0))
}

function describe({ tensor, a, b }: MatchedPair): TensorLayout[] {
  return [
    { name: `${tensor}.lora_a`, shape: a.shape, type: 'F32' },
    { name: `${tensor}.lora_b`, shape: b.shape, type: 'F32' },
  ]
}

/** One pair after the other, so that no more than one is in memory. Throws GI-ADAPTER-INVALID when a number is not finite, or all change nothing. */
async function* values(pairs: readonly MatchedPair[], alpha: number): AsyncGenerator<Uint8Array> {
  let changesSomething = false
  for (const pair of pairs) {
    const { module, a, b, heads, tensor } = pair
    const basis = await a.read()
    const stored = await b.read()
    const factors = heads === undefined ? stored : reorderRows(stored, b.shape[1], heads)
    const correction = (pair.scale * pair.rank) / alpha
    // The alpha itself is a float32: less than that is no difference.
    if (Math.abs(correction - 1) > 1e-6) for (const [index, value] of factors.entries()) factors[index] = value * correction
    if (!areFinite(basis) || !areFinite(factors))
      throw invalidAdapter(`${module} (${tensor}): it holds infinities or values that are no numbers: the training diverged`)
    changesSomething ||= basis.some((value) => value !== 0) && factors.some((value) => value !== 0)
    yield new Uint8Array(basis.buffer, basis.byteOffset, basis.byteLength)
    yield new Uint8Array(factors.buffer, factors.byteOffset, factors.byteLength)
  }
  if (!changesSomething) throw invalidAdapter('every lora_B (or its lora_A) is zero: nothing was learned')
}

function notesOn({ tensors }: GgufFile, pairs: readonly MatchedPair[]): string[] {
  const isTied = !tensors.some(({ name }) => name === outputTensor)
  if (!isTied || !pairs.some(({ tensor }) => tensor === embeddingTensor)) return []
  return ['The adapter changes the token embedding, which this base also uses for its output: the merged model changes there too.']
}
