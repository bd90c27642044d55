import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

/** A directory or file made by test/fixtures/adapters/make_peft.py. */
export const adapterFixture = (name: string): string => fileURLToPath(new URL(`../fixtures/adapters/${name}`, import.meta.url))

export interface MadeTensor {
  dtype?: string
  shape: number[]
  values: ArrayLike<number>
}

/** A safetensors file with these float32 tensors. */
export function safetensors(tensors: Record<string, MadeTensor>): Buffer {
  let end = 0
  const header: Record<string, unknown> = { __metadata__: { format: 'pt' } }
  for (const [name, { dtype = 'F32', shape, values }] of Object.entries(tensors)) {
    header[name] = { dtype, shape, data_offsets: [end, end + 4 * values.length] }
    end += 4 * values.length
  }
  const data = Object.values(tensors).map(({ values }) => Buffer.from(Float32Array.from(values).buffer))
  return withHeader(JSON.stringify(header), Buffer.concat(data))
}

export function withHeader(header: string, data: Uint8Array): Buffer {
  const bytes = Buffer.from(header)
  return Buffer.concat([new Uint8Array(BigUint64Array.of(BigInt(bytes.length)).buffer), bytes, data])
}

/** Writes an adapter's directory and returns it. */
export function writeAdapter(directory: string, name: string, config: unknown, file: string, tensors: Record<string, MadeTensor>): string {
  const made = path.join(directory, name)
  mkdirSync(made)
  writeFileSync(path.join(made, 'adapter_config.json'), typeof config === 'string' ? config : JSON.stringify(config))
  writeFileSync(path.join(made, file), safetensors(tensors))
  return made
}
