import { rewrittenFileType } from './file-type.ts'
import { ggmlTypes } from './ggml-types.ts'
import type { GgufFile } from './gguf-file.ts'
import type { Tensor } from './header.ts'
import { expertsTouched, invalidAdapter, listed } from './lora.ts'
import type { Lora, LoraPair } from './lora.ts'
import { numberOf } from './metadata.ts'
import { isDequantisable, unsupportedType } from './quantisation.ts'
import type { QuantisedType } from './quantisation.ts'
import type { PlannedTensor, RewritePlan } from './rewrite.ts'
import { withTypes } from './type-metadata.ts'

/** What touched tensors are written as: `keep` leaves F32, F16, BF16 and Q8_0 as they are and turns everything else into Q8_0. */
export type TouchedType = 'keep' | 'q8_0' | 'f16' | 'bf16'

type Base = Pick<GgufFile, 'version' | 'alignment' | 'metadata' | 'tensors' | 'architecture'>

/**
 * Decides what a merge has to do. Throws GI-ADAPTER-INVALID when the adapter is for another architecture or any of its pairs has no base tensor of
 * its shape, GI-GGUF-UNSUPPORTED when a tensor that it touches is of a type that can't be computed with, or holds the experts of a mixture.
 */
export function planMerge(base: Base, lora: Pick<Lora, 'architecture' | 'pairs'>, touchedType: TouchedType): RewritePlan {
  if (base.architecture !== lora.architecture) {
    throw invalidAdapter(`the adapter is for the architecture ${lora.architecture}, the base is ${base.architecture ?? 'of none'}`)
  }
  const pairs = new Map(lora.pairs.map((pair) => [pair.name, pair]))
  checkPairs(base.tensors, lora.pairs)
  const tensors = base.tensors.map((tensor): PlannedTensor => {
    const pair = pairs.get(tensor.name)
    return pair ? { tensor, pair, to: targetType(tensor, touchedType) } : { tensor }
  })
  const written = tensors.map(({ tensor, to }) => ({ ...tensor, type: to ?? tensor.type }))
  const { version, alignment, metadata } = base
  const fileType = rewrittenFileType(base.tensors, written, numberOf(metadata, 'general.file_type'))
  return { layout: { version, alignment, metadata: withTypes(metadata, written, fileType), tensors: written }, tensors }
}

function checkPairs(tensors: readonly Tensor[], pairs: readonly LoraPair[]): void {
  const byName = new Map(tensors.map((tensor) => [tensor.name, tensor]))
  const unknown = pairs.filter(({ name }) => !byName.has(name)).map(({ name }) => name)
  if (unknown.length > 0) throw invalidAdapter(`the base has no tensors ${listed(unknown)}`)
  const experts = pairs.filter(({ name }) => (byName.get(name)?.shape.length ?? 0) > 2).map(({ name }) => name)
  if (experts.length > 0) throw expertsTouched(experts)
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
  if (touchedType === 'bf16') return 'BF16'
  if (touchedType === 'keep' && (type === 'F32' || type === 'F16' || type === 'BF16' || type === 'Q8_0')) return type
  // Rows that Q8_0's blocks don't divide become F16, as llama.cpp's quantiser does it.
  return (shape[0] ?? 0) % ggmlTypes.Q8_0.blockSize === 0 ? 'Q8_0' : 'F16'
}
