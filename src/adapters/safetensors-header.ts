import { z } from 'zod'
import { GenesisError } from '../errors.ts'

/** Bytes of one element (safetensors format, "DTYPES"). Types with less than a byte for an element have no place in an adapter. */
const elementBytes: Readonly<Record<string, number>> = {
  ...{ BOOL: 1, U8: 1, I8: 1, F8_E4M3: 1, F8_E5M2: 1, F8_E8M0: 1 },
  ...{ F16: 2, BF16: 2, I16: 2, U16: 2, F32: 4, I32: 4, U32: 4, F64: 8, I64: 8, U64: 8, C64: 8 },
}

/** The longest header that is read: an adapter of a thousand layers needs less than 2 MB. What JSON makes of it takes twenty times as much memory. */
export const longestHeader = 8 << 20

export interface StoredTensor {
  name: string
  /** For example "BF16". */
  type: string
  /** As in Python: the last length is that of a row. */
  shape: readonly number[]
  /** Where its bytes begin, counted from the end of the header. */
  start: number
  bytes: number
}

const Entry = z.object({
  dtype: z.string(),
  shape: z.array(z.int().nonnegative()).max(8),
  data_offsets: z.tuple([z.int().nonnegative(), z.int().nonnegative()]),
})

/**
 * The tensors that the JSON header of a safetensors file describes, in the order of their bytes. As in the format's own reader they must fill
 * the `dataBytes` behind the header without a gap, so a file that was cut short, or has two tensors in one place, is no file.
 * Throws GI-SAFETENSORS-INVALID.
 */
export function parseSafetensorsHeader(header: Uint8Array, dataBytes: number): StoredTensor[] {
  const tensors = Object.entries(parseObject(header))
    .filter(([name]) => name !== '__metadata__')
    .map(([name, value]) => describe(name, value))
    .sort((left, right) => left.start - right.start || left.bytes - right.bytes)
  let end = 0
  for (const { name, start, bytes } of tensors) {
    if (start < end) throw invalidSafetensors(`tensor ${name} overlaps the one before it`)
    if (start > end) throw invalidSafetensors(`there are bytes before tensor ${name} that belong to none`)
    end = start + bytes
    if (end > dataBytes) throw invalidSafetensors(`tensor ${name} goes beyond the end of the file: was it copied whole?`)
  }
  if (end < dataBytes) throw invalidSafetensors(`${dataBytes - end} bytes at its end belong to no tensor`)
  return tensors
}

export function invalidSafetensors(why: string): GenesisError {
  return new GenesisError('GI-SAFETENSORS-INVALID', { why })
}

function parseObject(header: Uint8Array): object {
  let value: unknown
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(header))
  } catch (error) {
    if (!(error instanceof SyntaxError) && !(error instanceof TypeError)) throw error
    throw invalidSafetensors('its header is not JSON')
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value
  throw invalidSafetensors('its header is no JSON object')
}

function describe(name: string, value: unknown): StoredTensor {
  const entry = Entry.safeParse(value)
  if (!entry.success) throw invalidSafetensors(`the description of tensor ${name} makes no sense`)
  const { dtype, shape, data_offsets: offsets } = entry.data
  const size = elementBytes[dtype]
  if (size === undefined) throw invalidSafetensors(`tensor ${name} has the type ${dtype}, which is not known`)
  const bytes = offsets[1] - offsets[0]
  const expected = shape.reduce((product, length) => product * length, size)
  if (bytes !== expected)
    throw invalidSafetensors(`tensor ${name} (${dtype}, ${shape.join(' x ')}) takes ${bytes} bytes instead of ${expected}`)
  return { name, type: dtype, shape, start: offsets[0], bytes }
}
