import { elementsOf } from './ggml-types.ts'
import type { GgmlType } from './ggml-types.ts'

/** Names and numbers of general.file_type (llama.h, enum llama_ftype), with the tensor type that most of such a model has. */
const fileTypes: readonly { id: number; name: string; type: GgmlType }[] = [
  { id: 0, name: 'F32', type: 'F32' },
  { id: 1, name: 'F16', type: 'F16' },
  { id: 2, name: 'Q4_0', type: 'Q4_0' },
  { id: 3, name: 'Q4_1', type: 'Q4_1' },
  { id: 7, name: 'Q8_0', type: 'Q8_0' },
  { id: 8, name: 'Q5_0', type: 'Q5_0' },
  { id: 9, name: 'Q5_1', type: 'Q5_1' },
  { id: 10, name: 'Q2_K', type: 'Q2_K' },
  { id: 12, name: 'Q3_K_M', type: 'Q3_K' },
  { id: 11, name: 'Q3_K_S', type: 'Q3_K' },
  { id: 13, name: 'Q3_K_L', type: 'Q3_K' },
  { id: 15, name: 'Q4_K_M', type: 'Q4_K' },
  { id: 14, name: 'Q4_K_S', type: 'Q4_K' },
  { id: 17, name: 'Q5_K_M', type: 'Q5_K' },
  { id: 16, name: 'Q5_K_S', type: 'Q5_K' },
  { id: 18, name: 'Q6_K', type: 'Q6_K' },
  { id: 19, name: 'IQ2_XXS', type: 'IQ2_XXS' },
  { id: 20, name: 'IQ2_XS', type: 'IQ2_XS' },
  { id: 21, name: 'Q2_K_S', type: 'Q2_K' },
  { id: 23, name: 'IQ3_XXS', type: 'IQ3_XXS' },
  { id: 22, name: 'IQ3_XS', type: 'IQ3_XXS' },
  { id: 24, name: 'IQ1_S', type: 'IQ1_S' },
  { id: 25, name: 'IQ4_NL', type: 'IQ4_NL' },
  { id: 26, name: 'IQ3_S', type: 'IQ3_S' },
  { id: 27, name: 'IQ3_M', type: 'IQ3_S' },
  { id: 28, name: 'IQ2_S', type: 'IQ2_S' },
  { id: 29, name: 'IQ2_M', type: 'IQ2_S' },
  { id: 30, name: 'IQ4_XS', type: 'IQ4_XS' },
  { id: 31, name: 'IQ1_M', type: 'IQ1_M' },
  { id: 32, name: 'BF16', type: 'BF16' },
  { id: 36, name: 'TQ1_0', type: 'TQ1_0' },
  { id: 37, name: 'TQ2_0', type: 'TQ2_0' },
  { id: 38, name: 'MXFP4_MOE', type: 'MXFP4' },
  { id: 39, name: 'NVFP4', type: 'NVFP4' },
  { id: 40, name: 'Q1_0', type: 'Q1_0' },
]

/** "Q4_K_M" for 15 and so on; undefined for numbers that llama.cpp doesn't know. */
export function fileTypeName(id: number): string | undefined {
  return fileTypes.find((entry) => entry.id === id)?.name
}

interface Shaped {
  shape: readonly number[]
  type: GgmlType
}

/**
 * The general.file_type of a model with these tensors: the type that most of the elements of its matrices have (llama.cpp's "mostly").
 * `former` is kept when it names a model of that type too: the letters in Q4_K_M and Q4_K_S can't be told from the tensors.
 */
export function truthfulFileType(tensors: readonly Shaped[], former: number | undefined): number | undefined {
  const main = [...elementsByType(tensors)].sort(([, left], [, right]) => right - left)[0]?.[0]
  const fitting = fileTypes.filter(({ type }) => type === main)
  return (fitting.find(({ id }) => id === former) ?? fitting[0])?.id ?? former
}

/**
 * The general.file_type after some tensors of a model that called itself `former` got other types. Small models are mixtures in which the type
 * that names them isn't the main one (the embedding outweighs all else): their maker's name stays as long as no tensor of that type is changed.
 */
export function rewrittenFileType(before: readonly Shaped[], written: readonly Shaped[], former: number | undefined): number | undefined {
  const after = truthfulFileType(written, former)
  const wasMain = truthfulFileType(before, former) === former
  if (former === undefined || wasMain) return after
  const named = fileTypes.find(({ id }) => id === former)?.type
  const isUntouched =
    named === undefined
      ? truthfulFileType(before, undefined) === truthfulFileType(written, undefined)
      : elementsByType(before).get(named) === elementsByType(written).get(named)
  return isUntouched ? former : after
}

function elementsByType(tensors: readonly Shaped[]): Map<GgmlType, number> {
  const elements = new Map<GgmlType, number>()
  const matrices = tensors.filter(({ shape }) => shape.length > 1)
  for (const { shape, type } of matrices.length > 0 ? matrices : tensors) elements.set(type, (elements.get(type) ?? 0) + elementsOf(shape))
  return elements
}
