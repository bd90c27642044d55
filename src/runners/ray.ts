import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { GenesisError } from '../errors.ts'
import { jobFolder } from './job-folder.ts'
import type { RunnerLimits } from './port.ts'
import type { Queue, QueueState } from './queue.ts'
import { commandLine } from './quote.ts'

/** What Ray's dashboard says of a job (Ray Jobs REST API); fields that nobody needs are left out. */
const RayJob = z.object({ status: z.enum(['PENDING', 'RUNNING', 'STOPPED', 'SUCCEEDED', 'FAILED']) })

type RaySettings = Pick<RunnerLimits['runner'], 'rayAddress' | 'rayGpus' | 'rayCpus'>

const answerWithinMs = 20_000
const stopTries = 60

/** Jobs of Ray, by the REST interface of its dashboard: the submission's id is the job's. The wrapper lies in a folder that the cluster sees. */
export function rayQueue({ rayAddress, rayGpus, rayCpus }: RaySettings): Queue {
  const at = (path: string): string => `${rayAddress.replace(/\/+$/, '')}${path}`
  const ask = async (path: string, init: RequestInit = {}): Promise<Response> => {
    try {
      return await fetch(at(path), { ...init, signal: AbortSignal.timeout(answerWithinMs) })
    } catch (error) {
      const cause = error instanceof Error ? (error.cause ?? error) : error
      throw new GenesisError('GI-RUNNER-AWAY', { what: `Ray cannot be reached at ${rayAddress}.`, why: String(cause), cause: error })
    }
  }
  const statusOf = async (id: string): Promise<z.infer<typeof RayJob>['status'] | null> => {
    const response = await ask(`/api/jobs/${id}`)
    if (response.status === 404) return null
    return RayJob.parse(await answerOf(response)).status
  }
  return {
    problems: async () => {
      await answerOf(await ask('/api/version'))
      return []
    },
    start: async ({ root, id }, signal) => {
      const known = await statusOf(id)
      if (known === 'PENDING' || known === 'RUNNING') return
      // A submission's id serves once; that of an attempt that was lost is taken back.
      if (known !== null) await answerOf(await ask(`/api/jobs/${id}`, { method: 'DELETE' }))
      if (signal.aborted) throw new GenesisError('GI-INTERRUPTED')
      const body = {
        ...{ submission_id: id, entrypoint: commandLine(['sh', `${jobFolder(root, id)}/run.sh`]) },
        ...(rayGpus > 0 ? { entrypoint_num_gpus: rayGpus } : {}),
        ...(rayCpus > 0 ? { entrypoint_num_cpus: rayCpus } : {}),
      }
      const headers = { 'content-type': 'application/json' }
      await answerOf(await ask('/api/jobs/', { method: 'POST', headers, body: JSON.stringify(body) }))
    },
    state: async (id) => queueStateOf(await statusOf(id)),
    stop: async (_root, id) => {
      const status = await statusOf(id)
      if (status === null) return
      if (status === 'PENDING' || status === 'RUNNING') await answerOf(await ask(`/api/jobs/${id}/stop`, { method: 'POST' }))
      for (let tries = 0; queueStateOf(await statusOf(id)) !== 'gone'; tries += 1) {
        if (tries === stopTries) throw new GenesisError('GI-RUNNER-AWAY', { what: `Ray does not end the job ${id}.` })
        await sleep(500)
      }
      await answerOf(await ask(`/api/jobs/${id}`, { method: 'DELETE' }))
    },
  }
}

/** Pure: what Ray's word for a job means here. */
export function queueStateOf(status: z.infer<typeof RayJob>['status'] | null): QueueState {
  if (status === 'RUNNING') return 'working'
  return status === 'PENDING' ? 'waiting' : 'gone'
}

async function answerOf(response: Response): Promise<unknown> {
  const text = await response.text()
  if (response.status >= 500 && !/ValueError|Traceback/.test(text))
    throw new GenesisError('GI-RUNNER-AWAY', { what: 'Ray does not answer as it should.', why: text.slice(0, 300) })
  if (!response.ok)
    throw new GenesisError('GI-RUNNER-REFUSED', { what: 'Ray refused the request.', why: text.trim().split('\n').at(-1)?.slice(0, 300) })
  try {
    return text === '' ? null : (JSON.parse(text) as unknown)
  } catch (error) {
    throw new GenesisError('GI-RUNNER-AWAY', { what: 'What answers there is no Ray.', why: text.slice(0, 200), cause: error })
  }
}
