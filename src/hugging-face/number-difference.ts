import type { GgmlType } from '../gguf/ggml-types.ts'

/** Root of the squared differences over that of the squared values: 0 for the same numbers, about 1.4 for unrelated ones. */
export function relativeDifference(values: Float32Array, others: Float32Array): number {
  if (values.length !== others.length) return Infinity
  let difference = 0
  let size = 0
  for (const [index, value] of values.entries()) {
    difference += (value - (others[index] ?? 0)) ** 2
    size += value ** 2
  }
  return size === 0 ? (difference === 0 ? 0 : Infinity) : Math.sqrt(difference / size)
}

/**
 * What quantisation alone may make of it, with room: normally distributed weights come back with about 0.2% (BF16), 0.7% (Q8_0), 1.8% (Q6_K),
 * 3.5% (Q5), 7% (Q4), 14% (Q3), 25% (Q2).
 */
export function largestDifference(type: GgmlType): number {
  if (['F32', 'F64', 'F16', 'BF16'].includes(type)) return 0.01
  const bits = Number(/^I?Q(\d)/.exec(type)?.[1] ?? 1)
  return [0.8, 0.8, 0.5, 0.3, 0.2, 0.12, 0.08, 0.05, 0.03][bits] ?? 0.03
}
