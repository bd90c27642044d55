import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { GenesisError } from '../errors.ts'
import { statusError } from './failures.ts'

export interface Upload {
  host: string
  headers: Record<string, string>
  signal: AbortSignal | undefined
  file: string
  /** SHA-256 of the file, hexadecimal; the server checks it. */
  digest: string
}

/** POST /api/blobs/sha256:...: streams the file unless the server has it. The client library has no call for this. */
export async function uploadBlob({ host, headers, signal, file, digest }: Upload): Promise<void> {
  const url = `${host}/api/blobs/sha256:${digest}`
  const common = { headers, redirect: 'error' as const, ...(signal === undefined ? {} : { signal }) }
  const asked = await fetch(url, { ...common, method: 'HEAD' })
  if (asked.ok) return
  if (asked.status !== 404) throw statusError(host, asked.status, '')
  const { size } = await stat(file)
  const sent = await fetch(url, {
    ...common,
    method: 'POST',
    headers: { ...headers, 'Content-Length': String(size), 'Content-Type': 'application/octet-stream' },
    body: createReadStream(file, { highWaterMark: 1 << 20 }),
    duplex: 'half',
  } as unknown as RequestInit)
  const text = await sent.text()
  if (sent.ok) return
  if (sent.status === 400)
    throw new GenesisError('GI-OLLAMA-FAILED', {
      what: 'The model did not arrive at Ollama as it was sent.',
      why: `${host} answered 400: ${text.slice(0, 300)}`,
    })
  throw statusError(host, sent.status, text.slice(0, 300))
}
