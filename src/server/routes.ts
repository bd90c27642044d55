import type { Config } from '../config/schema.ts'
import { readPast } from '../cycle/past.ts'
import type { Workshop } from '../cycle/parts.ts'
import { readCycle } from '../cycle/show.ts'
import { readStatus } from '../cycle/status.ts'
import { triggerCycle } from '../cycle/trigger.ts'
import { GenesisError } from '../errors.ts'
import type { Learning } from '../learnings/learning.ts'
import { learnAll } from '../learnings/recording.ts'
import { readState } from '../state/store.ts'
import { learningsIn, outcomesIn } from './entries.ts'
import { errorReply } from './error-reply.ts'
import type { Reply } from './error-reply.ts'
import { inTurn } from './in-turn.ts'
import type { Route } from './route.ts'
import {
  ErrorReply,
  HealthReply,
  HistoryReply,
  LearningsBody,
  OutcomesBody,
  RecordedReply,
  ShownCycleReply,
  StatusReply,
  TriggerReply,
} from './schemas.ts'
import { SharedReading } from './shared-reading.ts'

const improvement = '/api/v1/genesis/improvement'
const recorded = { 200: RecordedReply, 201: RecordedReply, 409: ErrorReply, 413: ErrorReply, 422: ErrorReply }

/** What only a person can mend (no engine, no base, a training program that is not there) is no reason to try again: not 503. */
function notNow(error: unknown): Reply {
  if (!(error instanceof GenesisError) || error.temporary) throw error
  const reply = errorReply(error)
  return reply.status === 503 ? { status: 422, body: reply.body } : reply
}

/** The API of one home. The configuration is read anew whenever it matters, as a call of the program would. */
export function routesOf(workshop: Workshop, readConfig: () => Promise<Config>): Route[] {
  const { home, clock } = workshop
  const status = new SharedReading(
    async () => await readStatus(workshop, await readConfig()),
    1000,
    () => clock.now().getTime(),
  )
  const writing = inTurn()
  const record = async (learnings: Learning[]): Promise<Reply> => {
    const results = await writing(async () => await learnAll(home, learnings, { clock, notice: workshop.notice }))
    status.forget()
    const fresh = results.filter((result) => result.recorded).length
    return { status: fresh > 0 ? 201 : 200, body: { recorded: fresh, learnings: results } }
  }
  const trigger = async (): Promise<Reply> => {
    const config = await readConfig()
    const triggered = await triggerCycle(workshop, config).catch(notNow)
    if ('body' in triggered) return triggered
    const { id, opened } = triggered
    status.forget()
    const headers = { location: `${improvement}/cycles/${id}` }
    if (!opened) return { ...errorReply(new GenesisError('GI-CYCLE-OPEN', { what: `${id} is open already.` })), headers }
    const body = { success: true, message: 'Improvement cycle triggered successfully', triggered_at: clock.now().toISOString() }
    return { status: 200, body, headers }
  }
  return [
    {
      method: 'GET',
      path: `${improvement}/status`,
      summary: 'Where things stand, and why: the same document as "genesis-improve status --json".',
      replies: { 200: StatusReply },
      answer: async () => ({ status: 200, body: await status.get() }),
    },
    {
      method: 'POST',
      path: `${improvement}/trigger`,
      summary: 'Opens a cycle, whatever the triggers say. The next "genesis-improve check" runs it.',
      replies: { 200: TriggerReply, 409: ErrorReply, 422: ErrorReply },
      answer: trigger,
    },
    {
      method: 'GET',
      path: `${improvement}/history`,
      summary: 'All cycles and releases, oldest first.',
      replies: { 200: HistoryReply },
      answer: async () => ({ status: 200, body: await readPast(workshop) }),
    },
    {
      method: 'GET',
      path: `${improvement}/cycles/{id}`,
      summary: 'One cycle: its steps, figures and verdict.',
      replies: { 200: ShownCycleReply, 404: ErrorReply },
      answer: async ({ parameters: { id = '' } }) => ({ status: 200, body: await readCycle(workshop, id) }),
    },
    {
      method: 'POST',
      path: '/api/v1/genesis/learnings',
      summary: 'Records one learning or several: all of them, or none. An id that was recorded before is not recorded again.',
      body: LearningsBody,
      replies: recorded,
      answer: async ({ body }) => await record(learningsIn(body)),
    },
    {
      method: 'POST',
      path: '/api/v1/genesis/outcomes',
      summary: 'Records whether answers were accepted, from which the accuracy in the field is known.',
      body: OutcomesBody,
      replies: recorded,
      answer: async ({ body }) => await record(outcomesIn(body)),
    },
    {
      method: 'GET',
      path: '/healthz',
      summary: 'Whether the server runs.',
      isOpen: true,
      replies: { 200: HealthReply },
      answer: async () => await Promise.resolve({ status: 200, body: { status: 'ok' } }),
    },
    {
      method: 'GET',
      path: '/readyz',
      summary: 'Whether configuration and state can be read.',
      isOpen: true,
      replies: { 200: HealthReply },
      answer: async () => {
        await readConfig()
        await readState(home)
        return { status: 200, body: { status: 'ready' } }
      },
    },
  ]
}
