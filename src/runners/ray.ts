import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { GenesisError } from '../errors.ts'
import { jobFolder } from './job-folder.ts'
import { plainRequest } from './plain-http.ts'
import type { PlainAnswer } from './plain-http.ts'
import type { RunnerLimits } from './port.ts'
import type { Queue, QueueState } from './queue.ts'
import { commandLine } from './quote.ts'

/** What Ray's dashboard says of a job (Ray Jobs REST API); fields that nobody needs are left out. */
const RayJob = z.object({ status: z.enum(['PENDING', 'RUNNING', 'STOPPED', 'SUCCEEDED', 'FAILED']) })
type RayStatus = z.infer<typeof RayJob>['status']

type RaySettings = Pick<RunnerLimits['runner'], 'rayAddress' | 'rayGpus' | 'rayCpus'>

const stopTries = 60

/** Jobs of Ray, by the REST interface of its dashboard: the submission's id is the job's. The wrapper lies in a folder that the cluster sees. */
export function rayQueue({ rayAddress, rayGpus, rayCpus }: RaySettings): Queue {
  const ask = async (method: string, path: string, body?: unknown): Promise<PlainAnswer> => {
    try {
      return await plainRequest(method, `${rayAddress.replace(/\/+$/, '')}${path}`, body)
    } catch (error) {
      throw new GenesisError('GI-RUNNER-AWAY', { what: `Ray cannot be reached at ${rayAddress}.`, why: String(error), cause: error })
    }
  }
  const statusOf = async (id: string): Promise<RayStatus | null> => {
    const answer = await ask('GET', `/api/jobs/${id}`)
    if (answer.status === 404) return null
    const parsed = RayJob.safeParse(contentOf(answer))
    if (!parsed.success)
      throw new GenesisError('GI-RUNNER-AWAY', { what: 'Ray answers in a way that is not understood.', why: answer.text.slice(0, 200) })
    return parsed.data.status
  }
  return {
    problems: async () => {
      contentOf(await ask('GET', '/api/version'))
      return []
    },
    start: async ({ root, id }, signal) => {
      const known = await statusOf(id)
      if (known === 'PENDING' || known === 'RUNNING') return
      // A submission's id serves once; that of an attempt that was lost is taken back.
      if (known !== null) contentOf(await ask('DELETE', `/api/jobs/${id}`))
      if (signal.aborted) throw new GenesisError('GI-INTERRUPTED')
      const submission = {
        ...{ submission_id: id, entrypoint: commandLine(['sh', `${jobFolder(root, id)}/run.sh`]) },
        ...(rayGpus > 0 ? { entrypoint_num_gpus: rayGpus } : {}),
        ...(rayCpus > 0 ? { entrypoint_num_cpus: rayCpus } : {}),
      }
      contentOf(await ask('POST', '/api/jobs/', submission))
    },
    state: async (id) => queueStateOf(await statusOf(id)),
    stop: async (_root, id) => {
      const status = await statusOf(id)
      if (status === null) return
      if (status === 'PENDING' || status === 'RUNNING') contentOf(await ask('POST', `/api/jobs/${id}/stop`))
      for (let tries = 0; queueStateOf(await statusOf(id)) !== 'gone'; tries += 1) {
        if (tries === stopTries) throw new GenesisError('GI-RUNNER-AWAY', { what: `Ray does not end the job ${id}.` })
        await sleep(500)
      }
      contentOf(await ask('DELETE', `/api/jobs/${id}`))
    },
  }
}

/** Pure: what Ray's word for a job means here. */
export function queueStateOf(status: RayStatus | null): QueueState {
  if (status === 'RUNNING') return 'working'
  return status === 'PENDING' ? 'waiting' : 'gone'
}

/** Ray answers what it refuses with a traceback of Python, whatever the status. */
function contentOf({ status, text }: PlainAnswer): unknown {
  const why = text.trim().split('\n').at(-1)?.slice(0, 300)
  if (status >= 500 && !text.includes('Traceback'))
    throw new GenesisError('GI-RUNNER-AWAY', { what: 'Ray does not answer as it should.', why })
  if (status >= 400) throw new GenesisError('GI-RUNNER-REFUSED', { what: 'Ray refused the request.', why })
  try {
    return text === '' ? null : (JSON.parse(text) as unknown)
  } catch (error) {
    throw new GenesisError('GI-RUNNER-AWAY', { what: 'What answers there is no Ray.', why, cause: error })
  }
}
