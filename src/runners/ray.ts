import { randomBytes } from 'node:crypto'
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
const RayJob = z.object({
  /** Null for what runs without having been submitted. */
  submission_id: z.string().nullish(),
  status: z.enum(['PENDING', 'RUNNING', 'STOPPED', 'SUCCEEDED', 'FAILED']),
})
type RayStatus = z.infer<typeof RayJob>['status']

type RaySettings = Pick<RunnerLimits['runner'], 'rayAddress' | 'rayGpus' | 'rayCpus'>

const stopTries = 60

/** Jobs of Ray, by the REST interface of its dashboard: the submission's id begins with the job's. The wrapper lies in a folder that the cluster sees. */
export function rayQueue({ rayAddress, rayGpus, rayCpus }: RaySettings): Queue {
  const ask = async (method: string, path: string, body?: unknown): Promise<PlainAnswer> => {
    try {
      return await plainRequest(method, `${rayAddress.replace(/\/+$/, '')}${path}`, body)
    } catch (error) {
      throw new GenesisError('GI-RUNNER-AWAY', { what: `Ray cannot be reached at ${rayAddress}.`, why: String(error), cause: error })
    }
  }
  /** Every submission of the job: each attempt has an id of its own, since Ray lets none serve twice. */
  const submissionsOf = async (id: string): Promise<z.infer<typeof RayJob>[]> => {
    const parsed = z.array(RayJob).safeParse(contentOf(await ask('GET', '/api/jobs/')))
    if (!parsed.success)
      throw new GenesisError('GI-RUNNER-AWAY', { what: 'Ray answers in a way that is not understood.', why: parsed.error.message })
    return parsed.data.filter(({ submission_id: name }) => name?.startsWith(`${id}-`))
  }
  const stateOf = async (id: string): Promise<QueueState> => queueStateOf((await submissionsOf(id)).map(({ status }) => status))
  return {
    givesCards: rayGpus > 0,
    problems: async () => {
      contentOf(await ask('GET', '/api/version'))
      return []
    },
    start: async ({ root, id }, signal) => {
      if ((await stateOf(id)) !== 'gone') return
      if (signal.aborted) throw new GenesisError('GI-INTERRUPTED')
      const submission = {
        ...{ submission_id: `${id}-${randomBytes(4).toString('hex')}`, entrypoint: commandLine(['sh', `${jobFolder(root, id)}/run.sh`]) },
        ...(rayGpus > 0 ? { entrypoint_num_gpus: rayGpus } : {}),
        ...(rayCpus > 0 ? { entrypoint_num_cpus: rayCpus } : {}),
      }
      contentOf(await ask('POST', '/api/jobs/', submission))
    },
    state: stateOf,
    stop: async (_root, id) => {
      for (const { submission_id: name, status } of await submissionsOf(id))
        if (queueStateOf([status]) !== 'gone') contentOf(await ask('POST', `/api/jobs/${name ?? ''}/stop`))
      for (let tries = 0; (await stateOf(id)) !== 'gone'; tries += 1) {
        if (tries === stopTries) throw new GenesisError('GI-RUNNER-AWAY', { what: `Ray does not end the job ${id}.` })
        await sleep(500)
      }
      for (const { submission_id: name } of await submissionsOf(id)) contentOf(await ask('DELETE', `/api/jobs/${name ?? ''}`))
    },
  }
}

/** Pure: what Ray's words for the submissions of one job mean here. */
export function queueStateOf(submissions: readonly RayStatus[]): QueueState {
  if (submissions.includes('RUNNING')) return 'working'
  return submissions.includes('PENDING') ? 'waiting' : 'gone'
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
