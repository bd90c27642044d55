import { invalidGguf } from './byte-cursor.ts'
import type { ByteCursor } from './byte-cursor.ts'

/** Types of metadata values, in the order of their numbers in the file (gguf.h, enum gguf_type). */
const valueTypes = [
  'uint8',
  'int8',
  'uint16',
  'int16',
  'uint32',
  'int32',
  'float32',
  'bool',
  'string',
  'array',
  'uint64',
  'int64',
  'float64',
] as const
export type ValueType = (typeof valueTypes)[number]

/** 64-bit integers beyond the exact range of a number come as bigint. */
export type Value = number | bigint | boolean | string | Value[]

type ScalarType = Exclude<ValueType, 'string' | 'array'>
const bytesOf: Record<ScalarType, number> = {
  ...{ uint8: 1, int8: 1, bool: 1, uint16: 2, int16: 2, uint32: 4, int32: 4, float32: 4, uint64: 8, int64: 8, float64: 8 },
}
const scalarReaders: Record<ScalarType, (view: DataView, at: number) => Value> = {
  uint8: (view, at) => view.getUint8(at),
  int8: (view, at) => view.getInt8(at),
  bool: (view, at) => view.getUint8(at) !== 0,
  uint16: (view, at) => view.getUint16(at, true),
  int16: (view, at) => view.getInt16(at, true),
  uint32: (view, at) => view.getUint32(at, true),
  int32: (view, at) => view.getInt32(at, true),
  float32: (view, at) => view.getFloat32(at, true),
  uint64: (view, at) => exact(view.getBigUint64(at, true)),
  int64: (view, at) => exact(view.getBigInt64(at, true)),
  float64: (view, at) => view.getFloat64(at, true),
}
const deepestArray = 4

/** One metadata value as it stands in the file; it is decoded when somebody asks, and written back byte for byte. */
export class MetadataValue {
  readonly type: ValueType
  /** The value's bytes, without the type in front. */
  readonly raw: Uint8Array

  constructor(type: ValueType, raw: Uint8Array) {
    this.type = type
    this.raw = raw
  }

  get value(): Value {
    return decode(this.type, new DataView(this.raw.buffer, this.raw.byteOffset, this.raw.byteLength), { at: 0 })
  }

  static text(value: string): MetadataValue {
    return new MetadataValue('string', stringBytes(value))
  }

  static uint32(value: number): MetadataValue {
    return new MetadataValue('uint32', new Uint8Array(Uint32Array.of(value).buffer))
  }

  static float32(value: number): MetadataValue {
    return new MetadataValue('float32', new Uint8Array(Float32Array.of(value).buffer))
  }
}

export type Metadata = ReadonlyMap<string, MetadataValue>

/** No chat template and no name comes near; a file may hold more to no purpose, which is not decoded. */
const longestText = 4 << 20
/** The largest vocabularies have a quarter of a million tokens, and twice as many merges. */
const longestList = 1 << 21

/** The text under `key`, or undefined when there is none, or it is no text that anybody meant. */
export function textOf(metadata: Metadata, key: string): string | undefined {
  const found = metadata.get(key)
  return found?.type === 'string' && found.raw.length <= longestText ? (found.value as string) : undefined
}

/** The number under `key`, or undefined when there is none or it is no (exact) number. */
export function numberOf(metadata: Metadata, key: string): number | undefined {
  const found = metadata.get(key)
  const value = found === undefined || found.type === 'array' || found.type === 'string' ? undefined : found.value
  return typeof value === 'number' ? value : undefined
}

/** The list of texts under `key`; empty when there is none, it holds something else, or more than any model has. */
export function textsOf(metadata: Metadata, key: string): readonly string[] {
  return listOf(metadata, key, (type) => type === 'string') as string[]
}

/** The same for numbers. */
export function numbersOf(metadata: Metadata, key: string): readonly number[] {
  const list = listOf(metadata, key, (type) => type !== 'string' && type !== 'array' && type !== 'bool')
  return list.every((value) => typeof value === 'number') ? list : []
}

function listOf(metadata: Metadata, key: string, fits: (elements: ValueType | undefined) => boolean): Value[] {
  const found = metadata.get(key)
  if (found?.type !== 'array') return []
  const view = new DataView(found.raw.buffer, found.raw.byteOffset, found.raw.byteLength)
  if (!fits(valueTypes[view.getUint32(0, true)]) || view.getBigUint64(4, true) > longestList) return []
  return found.value as Value[]
}

/** Reads a type and steps over its value, checking every length in it. Throws GI-GGUF-INVALID. */
export function readMetadataValue(cursor: ByteCursor, key: string): MetadataValue {
  const type = readType(cursor, key)
  const start = cursor.position
  skipValue(cursor, type, key, 0)
  return new MetadataValue(type, cursor.bytes.subarray(start, cursor.position))
}

/** The number that stands for `type` in a file. */
export function valueTypeId(type: ValueType): number {
  return valueTypes.indexOf(type)
}

/** A string as it stands in a file: its length in 8 bytes, then its UTF-8. */
export function stringBytes(value: string): Uint8Array {
  const text = Buffer.from(value, 'utf8')
  return Buffer.concat([new Uint8Array(BigUint64Array.of(BigInt(text.length)).buffer), text])
}

function readType(cursor: ByteCursor, key: string): ValueType {
  const id = cursor.uint32(`the type of ${key}`)
  const type = valueTypes[id]
  if (type === undefined) throw invalidGguf(`the metadata value ${key} has the unknown type ${id}`)
  return type
}

function skipValue(cursor: ByteCursor, type: ValueType, key: string, depth: number): void {
  if (type === 'string') cursor.string(key)
  else if (type !== 'array') cursor.skip(bytesOf[type], key)
  else {
    if (depth === deepestArray) throw invalidGguf(`the metadata value ${key} has arrays nested more than ${deepestArray} deep`)
    const element = readType(cursor, key)
    const count = cursor.uint64(`the length of ${key}`)
    if (element !== 'string' && element !== 'array') cursor.skip(count * bytesOf[element], key)
    else {
      // Each element takes at least the 8 bytes of its own length, which bounds the loop by the file's size.
      if (count * 8 > cursor.remaining) throw invalidGguf(`${key} claims ${count} elements, more than the file can hold`)
      for (let index = 0; index < count; index++) skipValue(cursor, element, key, depth + 1)
    }
  }
}

function decode(type: ValueType, view: DataView, position: { at: number }): Value {
  if (type === 'array') {
    const element = valueTypes[view.getUint32(position.at, true)] ?? 'uint8'
    const count = Number(view.getBigUint64(position.at + 4, true))
    position.at += 12
    return Array.from({ length: count }, () => decode(element, view, position))
  }
  if (type === 'string') {
    const start = position.at + 8
    position.at = start + view.getUint32(position.at, true)
    return Buffer.from(view.buffer, view.byteOffset + start, position.at - start).toString('utf8')
  }
  const at = position.at
  position.at += bytesOf[type]
  return scalarReaders[type](view, at)
}

function exact(value: bigint): number | bigint {
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : value
}
