import { stat } from 'node:fs/promises'
import path from 'node:path'
import { GenesisError, systemErrorCode } from '../errors.ts'
import { parseJson } from '../evaluation/json-equal.ts'
import { openRegularFile } from '../gguf/ranged-file.ts'
import type { ForeignAdapter } from './foreign-adapter.ts'
import { openMlx } from './mlx.ts'
import { openPeft } from './peft.ts'

/** PEFT and MLX-LM write a few KB; one with patterns for each layer some more. */
const largestConfigBytes = 1 << 20

/** Whether an adapter is a directory of another program (true) or a file. Throws GI-ADAPTER-UNREADABLE when there is neither. */
export async function isAdapterDirectory(adapter: string): Promise<boolean> {
  try {
    return (await stat(adapter)).isDirectory()
  } catch (error) {
    throw unreadable(error, adapter)
  }
}

/** Opens the adapter in a directory of PEFT or MLX-LM, which adapter_config.json tells apart. Throws what `openPeft` and `openMlx` throw. */
export async function openAdapterDirectory(directory: string): Promise<ForeignAdapter> {
  const config = await readConfig(path.join(directory, 'adapter_config.json'))
  if ('peft_type' in config) return openPeft(directory, config)
  if ('lora_parameters' in config || 'fine_tune_type' in config) return openMlx(directory, config)
  throw new GenesisError('GI-ADAPTER-UNREADABLE', { why: `adapter_config.json of ${directory} is neither PEFT's nor MLX-LM's` })
}

async function readConfig(file: string): Promise<object> {
  const handle = await openRegularFile(file, refused)
  try {
    const { size } = await handle.stat()
    if (size > largestConfigBytes) throw refused(`${file} has ${size} bytes; at most ${largestConfigBytes} are read`)
    const value = parseJson(await handle.readFile('utf8'))
    if (value === undefined) throw refused(`${file} is not JSON`)
    if (typeof value === 'object' && value !== null) return value
    throw refused(`${file} is no JSON object`)
  } finally {
    await handle.close()
  }
}

const refused = (why: string, cause?: unknown): GenesisError => new GenesisError('GI-ADAPTER-UNREADABLE', { why, cause })

function unreadable(error: unknown, file: string): unknown {
  const code = systemErrorCode(error)
  if (code === undefined) return error
  return new GenesisError('GI-ADAPTER-UNREADABLE', { why: `${file}: ${code === 'ENOENT' ? 'there is no such file' : code}`, cause: error })
}
