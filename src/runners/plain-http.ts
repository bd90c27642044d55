import { request as overHttp } from 'node:http'
import { request as overHttps } from 'node:https'

export interface PlainAnswer {
  status: number
  text: string
}

const answerWithinMs = 20_000

/** A request without the headers by which `fetch` names itself a browser: Ray refuses those. Rejects with the system's error when nobody answers. */
export async function plainRequest(method: string, url: string, body?: unknown): Promise<PlainAnswer> {
  const content = body === undefined ? '' : JSON.stringify(body)
  const headers = body === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(content) }
  return await new Promise((resolve, reject) => {
    const start = url.startsWith('https:') ? overHttps : overHttp
    const sent = start(url, { method, headers, signal: AbortSignal.timeout(answerWithinMs) }, (response) => {
      const parts: Buffer[] = []
      response.on('data', (part: Buffer) => parts.push(part))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text: Buffer.concat(parts).toString() }))
      response.on('error', reject)
    })
    sent.on('error', reject)
    sent.end(content)
  })
}
