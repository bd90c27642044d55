import type { FileHandle } from 'node:fs/promises'
import { GenesisError } from '../errors.ts'
import { dequantise } from '../gguf/quantisation.ts'
import { openRegularFile, readRange } from '../gguf/ranged-file.ts'
import { invalidSafetensors, longestHeader, parseSafetensorsHeader } from './safetensors-header.ts'
import type { StoredTensor } from './safetensors-header.ts'

/** An open safetensors file: its header is in memory, its tensors are not. */
export interface SafetensorsFile {
  file: string
  /** In the order of their bytes. */
  tensors: readonly StoredTensor[]
  /** The values of a tensor of type F32, F16 or BF16, or of `count` of its rows from the row `first` on. Throws GI-ADAPTER-UNSUPPORTED for other types. */
  read(tensor: StoredTensor, rows?: { first: number; count: number }): Promise<Float32Array>
  close(): Promise<void>
}

const readableTypes = ['F32', 'F16', 'BF16'] as const

/** Opens a safetensors file and checks its header. Throws GI-ADAPTER-UNREADABLE and GI-SAFETENSORS-INVALID. */
export async function openSafetensors(file: string): Promise<SafetensorsFile> {
  const handle = await openRegularFile(file, (why, cause) => new GenesisError('GI-ADAPTER-UNREADABLE', { why, cause }))
  try {
    const { size } = await handle.stat()
    const { tensors, dataStart } = await readHeader(handle, size)
    return {
      file,
      tensors,
      read: async (tensor, rows = { first: 0, count: tensor.shape[0] ?? 1 }) => {
        const type = readableTypes.find((readable) => readable === tensor.type)
        if (type === undefined) throw unreadableType(tensor)
        const rowBytes = tensor.bytes / Math.max(1, tensor.shape[0] ?? 1)
        return dequantise(type, await readRange(handle, dataStart + tensor.start + rows.first * rowBytes, rows.count * rowBytes, shorter))
      },
      close: () => handle.close(),
    }
  } catch (error) {
    await handle.close()
    if (!(error instanceof GenesisError)) throw error
    throw new GenesisError(error.code, { why: `${file}: ${error.why ?? error.what}`, cause: error })
  }
}

async function readHeader(handle: FileHandle, size: number): Promise<{ tensors: StoredTensor[]; dataStart: number }> {
  if (size < 8) throw invalidSafetensors(`it has only ${size} bytes`)
  const length = new DataView((await readRange(handle, 0, 8, shorter)).buffer).getBigUint64(0, true)
  if (length > BigInt(size - 8)) throw invalidSafetensors('its header goes beyond the end of the file')
  if (length > BigInt(longestHeader)) throw invalidSafetensors(`its header is longer than ${longestHeader >> 20} MiB`)
  const dataStart = 8 + Number(length)
  return { tensors: parseSafetensorsHeader(await readRange(handle, 8, Number(length), shorter), size - dataStart), dataStart }
}

const shorter = (): GenesisError => invalidSafetensors('it became shorter while it was read')

function unreadableType({ name, type }: StoredTensor): GenesisError {
  return new GenesisError('GI-ADAPTER-UNSUPPORTED', {
    why: `tensor ${name} is ${type}; adapters are read as ${readableTypes.join(', ')}`,
    remedy: 'Save the adapter as float32, float16 or bfloat16.',
  })
}
