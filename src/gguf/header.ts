import { isUtf8 } from 'node:buffer'
import { GenesisError } from '../errors.ts'
import { ByteCursor, invalidGguf } from './byte-cursor.ts'
import { byteLength, elementsOf, ggmlTypeOf, ggmlTypes } from './ggml-types.ts'
import type { GgmlType } from './ggml-types.ts'
import { numberOf, readMetadataValue } from './metadata.ts'
import type { Metadata, MetadataValue } from './metadata.ts'

export interface Tensor {
  name: string
  /** ggml's ne: the number of elements in each dimension, the fastest one first (a row of the matrix is shape[0] long). 1 to 4 of them. */
  shape: readonly number[]
  type: GgmlType
  /** Where its bytes begin in the file. */
  position: number
  bytes: number
}

export interface Header {
  version: number
  alignment: number
  metadata: Metadata
  tensors: readonly Tensor[]
}

const magic = 0x46554747
const largestAlignment = 1 << 20
/** The largest models have some ten thousand tensors and some hundred values; each takes memory of its own. */
const mostTensors = 1 << 17
const mostValues = 1 << 16
/** Bytes; the specification allows 65,535 for a key and 64 for a tensor. */
const longestName = { 'a metadata key': 65_535, 'a tensor name': 1024 }

/**
 * Parses the beginning of a GGUF file of `fileSize` bytes (specification: docs/gguf.md of the ggml project).
 * Throws GI-GGUF-INVALID when it contradicts itself, GI-GGUF-UNSUPPORTED when it is another kind of file, and MoreBytesNeeded when `bytes` ends too early.
 */
export function parseHeader(bytes: Uint8Array, fileSize: number): Header {
  const cursor = new ByteCursor(bytes, fileSize)
  const version = readVersion(cursor)
  const tensorCount = cursor.uint64('the number of tensors')
  const valueCount = cursor.uint64('the number of metadata values')
  // The shortest metadata value takes 13 bytes, the shortest tensor description 32.
  if (valueCount * 13 + tensorCount * 32 > cursor.remaining) {
    throw invalidGguf(`it claims ${valueCount} metadata values and ${tensorCount} tensors, more than its ${fileSize} bytes can hold`)
  }
  if (valueCount > mostValues || tensorCount > mostTensors)
    throw invalidGguf(`it has ${valueCount} metadata values and ${tensorCount} tensors; at most ${mostValues} and ${mostTensors} are read`)
  const metadata = new Map<string, MetadataValue>()
  for (let index = 0; index < valueCount; index++) {
    const key = readName(cursor, 'a metadata key')
    if (metadata.has(key)) throw invalidGguf(`the metadata key ${key} stands there twice`)
    metadata.set(key, readMetadataValue(cursor, key))
  }
  const alignment = readAlignment(metadata)
  const descriptions = Array.from({ length: tensorCount }, () => readTensorDescription(cursor, alignment))
  const dataStart = Math.ceil(cursor.position / alignment) * alignment
  const tensors = descriptions.map((tensor) => ({ ...tensor, position: tensor.position + dataStart }))
  checkPlaces(tensors, fileSize)
  return { version, alignment, metadata, tensors }
}

function readVersion(cursor: ByteCursor): number {
  if (cursor.remaining < 8) throw invalidGguf(`it has only ${cursor.remaining} bytes`)
  if (cursor.uint32('the magic') !== magic) throw invalidGguf(otherFormat(cursor.bytes))
  const version = cursor.uint32('the version')
  if (version === 2 || version === 3) return version
  const isBigEndian = (version & 0xffff) === 0 && version !== 0
  throw new GenesisError('GI-GGUF-UNSUPPORTED', {
    why: isBigEndian ? 'it is written for big-endian machines' : `it is GGUF version ${version}; versions 2 and 3 are supported`,
    remedy:
      version === 1 || isBigEndian
        ? 'Convert the model again with a current llama.cpp.'
        : 'Use a newer genesis-improve, or convert the model to GGUF 3.',
  })
}

/** Says what a file is that is no GGUF file, where its first bytes tell. */
function otherFormat(bytes: Uint8Array): string {
  const first = Buffer.from(bytes.subarray(0, 4)).toString('latin1')
  if (['lmgg', 'tjgg', 'fmgg', 'algg'].includes(first)) return 'it is of the format that llama.cpp had before GGUF'
  if (first.startsWith('PK')) return 'it is a zip archive (a PyTorch checkpoint?), not a GGUF file'
  if (bytes[8] === 0x7b) return 'it looks like a safetensors file, not a GGUF file'
  return 'it does not begin with "GGUF"'
}

function readAlignment(metadata: Metadata): number {
  if (!metadata.has('general.alignment')) return 32
  const alignment = numberOf(metadata, 'general.alignment') ?? 0
  if (alignment >= 1 && alignment <= largestAlignment && Number.isInteger(Math.log2(alignment))) return alignment
  throw invalidGguf(`general.alignment is ${alignment}, not a power of two of at most ${largestAlignment}`)
}

/** `position` is still relative to the data section here. */
function readTensorDescription(cursor: ByteCursor, alignment: number): Tensor {
  const name = readName(cursor, 'a tensor name')
  const dimensions = cursor.uint32(`${name}'s number of dimensions`)
  if (dimensions < 1 || dimensions > 4) throw invalidGguf(`tensor ${name} has ${dimensions} dimensions, not 1 to 4`)
  const shape = Array.from({ length: dimensions }, () => cursor.uint64(`${name}'s shape`))
  const elements = elementsOf(shape)
  if (!Number.isSafeInteger(elements) || elements === 0) throw invalidGguf(`tensor ${name} has the impossible shape ${shape.join(' x ')}`)
  const typeId = cursor.uint32(`${name}'s type`)
  const type = ggmlTypeOf(typeId)
  if (type === undefined)
    throw new GenesisError('GI-GGUF-UNSUPPORTED', { why: `tensor ${name} has the type number ${typeId}, which is not known` })
  const { blockSize } = ggmlTypes[type]
  if ((shape[0] ?? 0) % blockSize !== 0)
    throw invalidGguf(`tensor ${name} is ${type}, but its rows of ${shape[0]} are no multiple of ${blockSize}`)
  const position = cursor.uint64(`${name}'s offset`)
  if (position % alignment !== 0)
    throw invalidGguf(`tensor ${name} begins at ${position}, which is no multiple of the alignment ${alignment}`)
  return { name, shape, type, position, bytes: byteLength(type, elements) }
}

function checkPlaces(tensors: readonly Tensor[], fileSize: number): void {
  const names = new Set<string>()
  for (const { name, position, bytes } of tensors) {
    if (names.has(name)) throw invalidGguf(`there are two tensors ${name}`)
    names.add(name)
    if (position + bytes > fileSize) throw invalidGguf(`tensor ${name} goes beyond the end of the file: was it downloaded whole?`)
  }
  const inOrder = [...tensors].sort((left, right) => left.position - right.position)
  for (const [index, tensor] of inOrder.entries()) {
    const previous = inOrder[index - 1]
    if (previous && previous.position + previous.bytes > tensor.position)
      throw invalidGguf(`tensors ${previous.name} and ${tensor.name} overlap`)
  }
}

/** Names are printed and compared by other programs, to some of which a NUL is their end. */
function readName(cursor: ByteCursor, what: keyof typeof longestName): string {
  const bytes = cursor.string(what, longestName[what])
  if (!isUtf8(bytes)) throw invalidGguf(`${what} is not UTF-8`)
  const text = Buffer.from(bytes).toString('utf8')
  if (/\p{Cc}/u.test(text)) throw invalidGguf(`${what} holds control characters: ${JSON.stringify(text)}`)
  return text
}
