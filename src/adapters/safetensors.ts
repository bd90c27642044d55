import { open, stat } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { GenesisError, systemErrorCode } from '../errors.ts'
import { dequantise } from '../gguf/quantisation.ts'
import { invalidSafetensors, longestHeader, parseSafetensorsHeader } from './safetensors-header.ts'
import type { StoredTensor } from './safetensors-header.ts'

/** An open safetensors file: its header is in memory, its tensors are not. */
export interface SafetensorsFile {
  file: string
  /** In the order of their bytes. */
  tensors: readonly StoredTensor[]
  /** The values of a tensor of type F32, F16 or BF16. Throws GI-ADAPTER-UNSUPPORTED for other types. */
  read(tensor: StoredTensor): Promise<Float32Array>
  close(): Promise<void>
}

const readableTypes = ['F32', 'F16', 'BF16'] as const

/** Opens a safetensors file and checks its header. Throws GI-ADAPTER-UNREADABLE and GI-SAFETENSORS-INVALID. */
export async function openSafetensors(file: string): Promise<SafetensorsFile> {
  const handle = await openForReading(file)
  try {
    const { size } = await handle.stat()
    const { tensors, dataStart } = await readHeader(handle, size)
    return {
      file,
      tensors,
      read: async (tensor) => {
        const type = readableTypes.find((readable) => readable === tensor.type)
        if (type === undefined) throw unreadableType(tensor)
        return dequantise(type, await readRange(handle, dataStart + tensor.start, tensor.bytes))
      },
      close: () => handle.close(),
    }
  } catch (error) {
    await handle.close()
    if (!(error instanceof GenesisError)) throw error
    throw new GenesisError(error.code, { why: `${file}: ${error.why ?? error.what}`, cause: error })
  }
}

/** Throws GI-ADAPTER-UNREADABLE when `file` is missing, may not be read, or is no regular file. */
async function openForReading(file: string): Promise<FileHandle> {
  try {
    // Asked before opening: opening a named pipe would wait for a writer.
    if ((await stat(file)).isFile()) return await open(file, 'r')
  } catch (error) {
    const code = systemErrorCode(error)
    if (code === undefined) throw error
    throw new GenesisError('GI-ADAPTER-UNREADABLE', { why: `${file}: ${code === 'ENOENT' ? 'there is no such file' : code}`, cause: error })
  }
  throw new GenesisError('GI-ADAPTER-UNREADABLE', { why: `${file} is not a regular file` })
}

async function readHeader(handle: FileHandle, size: number): Promise<{ tensors: StoredTensor[]; dataStart: number }> {
  if (size < 8) throw invalidSafetensors(`it has only ${size} bytes`)
  const length = new DataView((await readRange(handle, 0, 8)).buffer).getBigUint64(0, true)
  if (length > BigInt(size - 8)) throw invalidSafetensors('its header goes beyond the end of the file')
  if (length > BigInt(longestHeader)) throw invalidSafetensors(`its header is longer than ${longestHeader >> 20} MiB`)
  const dataStart = 8 + Number(length)
  return { tensors: parseSafetensorsHeader(await readRange(handle, 8, Number(length)), size - dataStart), dataStart }
}

async function readRange(handle: FileHandle, position: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(new ArrayBuffer(length))
  for (let done = 0; done < length;) {
    const { bytesRead } = await handle.read(bytes, done, Math.min(length - done, 1 << 30), position + done)
    if (bytesRead === 0) throw invalidSafetensors('it became shorter while it was read')
    done += bytesRead
  }
  return bytes
}

function unreadableType({ name, type }: StoredTensor): GenesisError {
  return new GenesisError('GI-ADAPTER-UNSUPPORTED', {
    why: `tensor ${name} is ${type}; adapters are read as ${readableTypes.join(', ')}`,
    remedy: 'Save the adapter as float32, float16 or bfloat16.',
  })
}
