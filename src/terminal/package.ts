import type { PackagedModel } from '../adapters/package.ts'
import { byteSize, plural } from './format.ts'

const kinds = { gguf: 'LoRA GGUF', peft: 'PEFT', mlx: 'MLX-LM' } as const

/** What `package` made: adapter, file (as it was named), type, size, digest. */
export function describePackage(
  { bytes, digest, architecture, fileType, adapter, changedTensors, notes }: PackagedModel,
  file: string,
): string {
  const scales = adapter.scales.map((scale) => Number(scale.toPrecision(4)))
  return [
    `Adapter  ${kinds[adapter.kind]}, ${plural(changedTensors.length, 'tensor')}, rank ${rangeOf(adapter.ranks)}, scale ${rangeOf(scales)}`,
    `Model    ${file} (${architecture ?? 'unknown'}, ${fileType ?? 'unknown'})`,
    `Size     ${byteSize(bytes)}`,
    `SHA-256  ${digest}`,
    ...notes.map((note) => `Note     ${note}`),
  ].join('\n')
}

function rangeOf(values: readonly number[]): string {
  const [first, last] = [values[0], values.at(-1)]
  return first === last ? `${first}` : `${first} to ${last}`
}
