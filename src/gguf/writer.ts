import { randomBytes } from 'node:crypto'
import { open, rename } from 'node:fs/promises'
import path from 'node:path'
import { discard, makeDirectory, syncDirectory, writeError } from '../state/files.ts'
import { writeDigested } from './digested-file.ts'
import type { DigestedFile } from './digested-file.ts'
import { byteLength, elementsOf, ggmlTypes } from './ggml-types.ts'
import type { GgmlType } from './ggml-types.ts'
import { stringBytes, valueTypeId } from './metadata.ts'
import type { Metadata } from './metadata.ts'

export interface TensorLayout {
  name: string
  /** As `Tensor.shape`. */
  shape: readonly number[]
  type: GgmlType
}

export interface GgufLayout {
  version: number
  alignment: number
  metadata: Metadata
  tensors: readonly TensorLayout[]
}

/** What was written: SHA-256 of the whole file in hexadecimal, and its size in bytes. */
export interface WrittenGguf {
  digest: string
  bytes: number
}

/**
 * Writes a GGUF file in one go: a temporary file in the same directory, fsync, rename. `data` gives the bytes of the tensors, one after the
 * other in the layout's order, in pieces of any size that don't cross from one tensor to the next. Nothing else goes into the file, so equal input gives equal bytes.
 * Throws GI-DISK-FULL and what `data` throws, and leaves nothing behind then.
 */
export async function writeGguf(file: string, layout: GgufLayout, data: AsyncIterable<Uint8Array>): Promise<WrittenGguf> {
  const directory = path.dirname(file)
  const temporary = path.join(directory, `.${path.basename(file)}.${process.pid}-${randomBytes(4).toString('hex')}.tmp`)
  try {
    await makeDirectory(directory)
    const handle = await open(temporary, 'wx', 0o600)
    let written: WrittenGguf
    try {
      const digested = writeDigested(handle)
      await writeContent(digested, layout, data)
      written = { digest: await digested.finish(), bytes: digested.bytes }
    } finally {
      await handle.close()
    }
    await rename(temporary, file)
    await syncDirectory(directory)
    return written
  } catch (error) {
    await discard(temporary)
    throw writeError(error, file)
  }
}

async function writeContent(file: DigestedFile, layout: GgufLayout, data: AsyncIterable<Uint8Array>): Promise<void> {
  await file.append(headerBytes(layout))
  const ends = tensorEnds(layout, file.bytes)
  for await (const piece of data) {
    await file.append(piece)
    if (file.bytes > (ends[0] ?? 0)) throw new Error('The data do not fit the layout of the tensors.')
    if (file.bytes === ends[0]) {
      ends.shift()
      const gap = paddingAfter(file.bytes, layout.alignment)
      if (gap > 0) await file.append(new Uint8Array(gap))
    }
  }
  if (ends.length > 0) throw new Error('There are fewer data than the layout has tensors.')
}

/** The header with the offsets that follow from the layout, padded to where the data begin. */
export function headerBytes({ version, alignment, metadata, tensors }: GgufLayout): Uint8Array {
  const parts: Uint8Array[] = [uint32(0x46554747), uint32(version), uint64(tensors.length), uint64(metadata.size)]
  for (const [key, { type, raw }] of metadata) parts.push(stringBytes(key), uint32(valueTypeId(type)), raw)
  let offset = 0
  for (const { name, shape, type } of tensors) {
    parts.push(stringBytes(name), uint32(shape.length), ...shape.map(uint64), uint32(ggmlTypes[type].id), uint64(offset))
    const size = tensorBytes(shape, type)
    offset += size + paddingAfter(size, alignment)
  }
  const header = Buffer.concat(parts)
  return Buffer.concat([header, new Uint8Array(paddingAfter(header.length, alignment))])
}

/** How many bytes the file of this layout takes. */
export function layoutBytes(layout: GgufLayout): number {
  const header = headerBytes(layout).length
  const end = tensorEnds(layout, header).at(-1) ?? header
  return end + paddingAfter(end, layout.alignment)
}

/** Where each tensor's bytes end in the file, when the data begin at `start`. */
function tensorEnds({ tensors, alignment }: GgufLayout, start: number): number[] {
  let position = start
  return tensors.map(({ shape, type }) => {
    const end = position + tensorBytes(shape, type)
    position = end + paddingAfter(end, alignment)
    return end
  })
}

const tensorBytes = (shape: readonly number[], type: GgmlType): number => byteLength(type, elementsOf(shape))
const paddingAfter = (position: number, alignment: number): number => (alignment - (position % alignment)) % alignment
const uint32 = (value: number): Uint8Array => new Uint8Array(Uint32Array.of(value).buffer)
const uint64 = (value: number): Uint8Array => new Uint8Array(BigUint64Array.of(BigInt(value)).buffer)
