import { truthfulFileType } from './file-type.ts'
import { ggmlTypes } from './ggml-types.ts'
import type { GgmlType } from './ggml-types.ts'
import type { GgufFile } from './gguf-file.ts'
import type { Tensor } from './header.ts'
import { invalidAdapter, listed } from './lora.ts'
import type { Lora, LoraPair } from './lora.ts'
import { MetadataValue, numberOf } from './metadata.ts'
import type { Metadata } from './metadata.ts'
import { isDequantisable, unsupportedType } from './quantisation.ts'
import type { QuantisedType } from './quantisation.ts'
import type { GgufLayout } from './writer.ts'

/** What touched tensors are written as: `keep` leaves F32, F16, BF16 and Q8_0 as they are and turns everything else into Q8_0. */
export type TouchedType = 'keep' | 'q8_0' | 'f16'

type PlannedTensor = { tensor: Tensor; pair: undefined } | { tensor: Tensor; pair: LoraPair; to: QuantisedType }

export interface MergePlan {
  layout: GgufLayout
  /** One for each tensor of the base, in its order. */
  tensors: readonly PlannedTensor[]
}

type Base = Pick<GgufFile, 'version' | 'alignment' | 'metadata' | 'tensors' | 'architecture'>

/**
 * Decides what a merge has to do. Throws GI-ADAPTER-INVALID when the adapter is for another architecture or any of its pairs has no base tensor of
 * its shape, GI-GGUF-UNSUPPORTED when a tensor that it touches is of a type that can't be computed with.
 */
export function planMerge(base: Base, lora: Pick<Lora, 'architecture' | 'pairs'>, touchedType: TouchedType): MergePlan {
  if (base.architecture !== lora.architecture) {
    throw invalidAdapter(`the adapter is for the architecture ${lora.architecture}, the base is ${base.architecture ?? 'of none'}`)
  }
  const pairs = new Map(lora.pairs.map((pair) => [pair.name, pair]))
  checkPairs(base.tensors, lora.pairs)
  const tensors = base.tensors.map((tensor): PlannedTensor => {
    const pair = pairs.get(tensor.name)
    return pair ? { tensor, pair, to: targetType(tensor, touchedType) } : { tensor, pair }
  })
  const written = tensors.map((planned) => ({ ...planned.tensor, type: planned.pair ? planned.to : planned.tensor.type }))
  const { version, alignment } = base
  return { layout: { version, alignment, metadata: describe(base, written), tensors: written }, tensors }
}

function checkPairs(tensors: readonly Tensor[], pairs: readonly LoraPair[]): void {
  const byName = new Map(tensors.map((tensor) => [tensor.name, tensor]))
  const unknown = pairs.filter(({ name }) => !byName.has(name)).map(({ name }) => name)
  if (unknown.length > 0) throw invalidAdapter(`the base has no tensors ${listed(unknown)}`)
  const misfits = pairs.flatMap(({ name, shape }) => {
    const found = byName.get(name)?.shape ?? []
    const fits = found.length === 2 && found[0] === shape[0] && found[1] === shape[1]
    return fits ? [] : [`${name} (base ${found.join(' x ')}, adapter ${shape.join(' x ')})`]
  })
  if (misfits.length > 0) throw invalidAdapter(`shapes differ: ${listed(misfits)}`)
}

function targetType({ name, type, shape }: Tensor, touchedType: TouchedType): QuantisedType {
  if (!isDequantisable(type)) throw unsupportedType(type, name)
  if (touchedType === 'f16') return 'F16'
  if (touchedType === 'keep' && (type === 'F32' || type === 'F16' || type === 'BF16' || type === 'Q8_0')) return type
  // Rows that Q8_0's blocks don't divide become F16, as llama.cpp's quantiser does it.
  return (shape[0] ?? 0) % ggmlTypes.Q8_0.blockSize === 0 ? 'Q8_0' : 'F16'
}

/** The base's metadata, in its order, with what the new tensor types make untrue put right. */
function describe({ metadata, tensors }: Base, written: readonly { shape: readonly number[]; type: GgmlType }[]): Metadata {
  const former = numberOf(metadata, 'general.file_type')
  const [before, after] = [truthfulFileType(tensors, former), truthfulFileType(written, former)]
  const result = new Map(metadata)
  // As long as most of the model stays what it was, its maker's name for the mixture stays too.
  if (after !== undefined && (before !== after || former === undefined)) result.set('general.file_type', MetadataValue.uint32(after))
  const isQuantised = written.some(({ type }) => ggmlTypes[type].blockSize > 1)
  if (isQuantised && !result.has('general.quantization_version')) result.set('general.quantization_version', MetadataValue.uint32(2))
  return result
}
