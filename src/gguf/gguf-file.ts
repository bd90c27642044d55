import type { FileHandle } from 'node:fs/promises'
import { GenesisError } from '../errors.ts'
import { invalidGguf, MoreBytesNeeded } from './byte-cursor.ts'
import { parseHeader } from './header.ts'
import type { Header, Tensor } from './header.ts'
import { numberOf, textOf } from './metadata.ts'
import type { Metadata } from './metadata.ts'
import { openRegularFile, readInto, readRange } from './ranged-file.ts'

/** An open GGUF file. Its header is in memory, its tensors are not. */
export interface GgufFile {
  file: string
  /** Bytes. */
  size: number
  version: number
  alignment: number
  /** In the order of the file. */
  metadata: Metadata
  /** In the order of the file's descriptions. */
  tensors: readonly Tensor[]
  /** general.architecture, for example "qwen3". */
  architecture: string | undefined
  /** general.file_type, a number of llama.h's enum llama_ftype (see file-type.ts). */
  fileType: number | undefined
  /** The bytes of a tensor, or `length` of them from its byte `start` on. Throws GI-GGUF-INVALID when the file has become shorter. */
  readTensor(tensor: Tensor, start?: number, length?: number): Promise<Uint8Array<ArrayBuffer>>
  /** As `readTensor`: as many bytes as `target` holds, into it. */
  readInto(target: Uint8Array, tensor: Tensor, start?: number): Promise<void>
  close(): Promise<void>
}

const firstRead = 1 << 20
/** Those of the largest vocabularies take 20 MB. */
const longestHeader = 64 << 20

/**
 * Opens a GGUF file (version 2 or 3, little endian) and checks its header.
 * Throws GI-GGUF-UNREADABLE, GI-GGUF-INVALID (damaged, cut short, no GGUF file) or GI-GGUF-UNSUPPORTED (another version, a split model).
 */
export async function openGguf(file: string): Promise<GgufFile> {
  const handle = await openRegularFile(file, (why, cause) => new GenesisError('GI-GGUF-UNREADABLE', { why, cause }))
  try {
    const { size } = await handle.stat()
    const header = await readHeader(handle, size, file)
    refuseSplit(header.metadata)
    return {
      ...header,
      ...{
        file,
        size,
        architecture: textOf(header.metadata, 'general.architecture'),
        fileType: numberOf(header.metadata, 'general.file_type'),
      },
      readTensor: (tensor, start = 0, length = tensor.bytes - start) =>
        readRange(handle, tensor.position + start, length, () => shorter(file)),
      readInto: (target, tensor, start = 0) => readInto(handle, tensor.position + start, target, () => shorter(file)),
      close: () => handle.close(),
    }
  } catch (error) {
    await handle.close()
    throw named(error, file)
  }
}

async function readHeader(handle: FileHandle, size: number, file: string): Promise<Header> {
  for (let length = firstRead; ;) {
    const bytes = await readRange(handle, 0, Math.min(size, length), () => shorter(file))
    try {
      return parseHeader(bytes, size)
    } catch (error) {
      if (!(error instanceof MoreBytesNeeded)) throw error
      if (error.end > longestHeader) throw invalidGguf(`its header is longer than ${longestHeader >> 20} MiB`)
      length = Math.min(longestHeader, Math.max(4 * bytes.length, error.end))
    }
  }
}

const shorter = (file: string): GenesisError => new GenesisError('GI-GGUF-INVALID', { why: `${file} became shorter while it was read` })

function refuseSplit(metadata: Metadata): void {
  const parts = numberOf(metadata, 'split.count') ?? 1
  if (parts <= 1) return
  throw new GenesisError('GI-GGUF-UNSUPPORTED', {
    what: 'Models split into several files are not supported.',
    why: `it is one of ${parts} parts`,
    remedy: 'Join them first: llama-gguf-split --merge FIRST-PART.gguf WHOLE.gguf',
  })
}

/** Puts the file's name in front of the reason. */
function named(error: unknown, file: string): unknown {
  if (!(error instanceof GenesisError)) return error
  return new GenesisError(error.code, { what: error.what, why: `${file}: ${error.why ?? ''}`, remedy: error.remedy, cause: error.cause })
}
