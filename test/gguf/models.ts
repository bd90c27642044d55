import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { MetadataValue } from '../../src/gguf/metadata.ts'
import { writeGguf } from '../../src/gguf/writer.ts'

export type TestTensors = Record<string, { shape: number[]; values: Float32Array }>

/** Writes a small F32 model, or with `alpha` an adapter, and returns its path. */
export async function writeModel(
  directory: string,
  name: string,
  tensors: TestTensors,
  alpha?: number,
  architecture = 'llama',
): Promise<string> {
  const file = path.join(directory, `${name}.gguf`)
  const metadata = new Map([['general.architecture', MetadataValue.text(architecture)]])
  if (alpha !== undefined) {
    metadata.set('general.type', MetadataValue.text('adapter'))
    metadata.set('adapter.type', MetadataValue.text('lora'))
    metadata.set('adapter.lora.alpha', MetadataValue.float32(alpha))
  }
  const layouts = Object.entries(tensors).map(([tensor, { shape }]) => ({ name: tensor, shape, type: 'F32' as const }))
  const data = async function* () {
    for (const { values } of Object.values(tensors)) yield new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
  }
  await writeGguf(file, { version: 3, alignment: 32, metadata, tensors: layouts }, data())
  return file
}

/** A changed copy of a file in `directory`; returns its path. */
export function changed(directory: string, source: string, change: (bytes: Buffer) => Buffer | void): string {
  const bytes = readFileSync(source)
  const file = path.join(directory, `changed-${path.basename(source)}`)
  writeFileSync(file, change(bytes) ?? bytes)
  return file
}
