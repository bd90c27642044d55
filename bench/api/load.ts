import { Agent, request } from 'node:http'

export interface Load {
  /** Milliseconds from asking to the whole answer, ascending. */
  statusMs: number[]
  learningMs: number[]
  /** Ids of learnings that were answered with 201. */
  acknowledged: string[]
  /** What went wrong, each in words. */
  failures: string[]
}

const agent = new Agent({ keepAlive: true, maxSockets: 128 })

/** Asks for the status, and sends a learning each, so many times a second, whether or not earlier ones are answered; ends when all are. */
export async function load(api: string, seconds: number, statusesPerSecond: number, learningsPerSecond: number): Promise<Load> {
  const found: Load = { statusMs: [], learningMs: [], acknowledged: [], failures: [] }
  const timed = async (times: number[], wanted: number, method: string, path: string, body?: object): Promise<boolean> => {
    const startedMs = performance.now()
    try {
      const status = await statusOf(`${api}/api/v1/genesis/${path}`, method, body)
      times.push(performance.now() - startedMs)
      if (status !== wanted) found.failures.push(`${method} ${path}: ${status}`)
      return status === wanted
    } catch (error) {
      found.failures.push(`${method} ${path}: ${String(error)}`)
      return false
    }
  }
  const send = async (index: number): Promise<void> => {
    const id = `load-${index}`
    const body = { id, input: `question ${index}`, correction: `answer ${index}` }
    if (await timed(found.learningMs, 201, 'POST', 'learnings', body)) found.acknowledged.push(id)
  }
  await Promise.all([
    paced(seconds, statusesPerSecond, async () => void (await timed(found.statusMs, 200, 'GET', 'improvement/status'))),
    paced(seconds, learningsPerSecond, send),
  ])
  for (const times of [found.statusMs, found.learningMs]) times.sort((left, right) => left - right)
  return found
}

/** Begins a piece of work at each of the moments that the pace names; late ones at once. */
async function paced(seconds: number, perSecond: number, work: (index: number) => Promise<void>): Promise<void> {
  const startedMs = performance.now()
  const begun: Promise<void>[] = []
  while (begun.length < seconds * perSecond) {
    const due = Math.min(seconds * perSecond, Math.floor(((performance.now() - startedMs) / 1000) * perSecond))
    while (begun.length < due) begun.push(work(begun.length))
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
  await Promise.all(begun)
}

async function statusOf(url: string, method: string, body?: object): Promise<number> {
  return await new Promise((resolve, reject) => {
    const asked = request(url, { method, agent, headers: body && { 'content-type': 'application/json' } }, (reply) => {
      reply.on('error', reject)
      reply.resume().on('end', () => resolve(reply.statusCode ?? 0))
    })
    asked.on('error', reject)
    asked.end(body && JSON.stringify(body))
  })
}
