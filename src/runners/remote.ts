import { GenesisError } from '../errors.ts'
import type { Problem } from '../problem.ts'
import { systemClock } from '../system/clock.ts'
import { fetchOutput } from './fetch-output.ts'
import { againScript, lookScript, parseLook, removeScript } from './job-folder.ts'
import type { Look } from './job-folder.ts'
import { readJobRecord, removeJobRecord, writeJobRecord } from './job-record.ts'
import type { JobRecord } from './job-record.ts'
import { runScript } from './machine.ts'
import type { Machine } from './machine.ts'
import type { ProgramNeeds, Runner, RunnerJob, RunnerLimits, RunState } from './port.ts'
import { problemsThere } from './problems-there.ts'
import type { Queue, QueueState } from './queue.ts'
import { commandLine } from './quote.ts'
import { endOfRun, running } from './run-state.ts'
import { stage } from './stage.ts'
import { timeLimit } from './time-limit.ts'

const never = new AbortController().signal

/** How a job stands: `look` is null while the machine is away, `queue` says what becomes of a job that has not ended. */
interface Standing {
  known: JobRecord | null
  look: Look | null
  queue: QueueState
}

/** Runs jobs on a machine that is reached by a shell, started by its queue. What happens there goes on without this process. */
export class RemoteRunner implements Runner {
  readonly isHere = false
  readonly place: string
  readonly givesCards: boolean | undefined
  readonly #machine: Machine
  readonly #queue: Queue
  readonly #limits: RunnerLimits

  constructor(place: string, machine: Machine, queue: Queue, limits: RunnerLimits) {
    this.place = place
    this.givesCards = queue.givesCards
    this.#machine = machine
    this.#queue = queue
    this.#limits = limits
  }

  async preflight(needs: ProgramNeeds): Promise<Problem[]> {
    return await problemsThere(this.#machine, this.#queue, this.#limits.runner.directory, needs)
  }

  async ask(...commands: readonly (readonly string[])[]): Promise<string[]> {
    const script = commands.map((command) => `${commandLine(command)} 2>/dev/null </dev/null`)
    return await runScript(this.#machine, [...script, 'exit 0'].join('\n'), never)
  }

  async begin(job: RunnerJob, _onLine: (line: string) => void, signal: AbortSignal): Promise<void> {
    const { known, look, queue } = await this.#find(job, signal)
    if (look === null) return
    const { root } = look
    if (look.state === 'ended' || queue !== 'gone') return await this.#note(job, root, known, true)
    if (look.state === 'begun' || known?.isStarted === true) {
      await this.#clearRun(root, job)
      throw new GenesisError('GI-RUNNER-LOST', { what: `The training ${this.place} ended without a word.` })
    }
    await this.#note(job, root, known, false)
    const limitSeconds = Math.ceil(timeLimit(this.#limits).hours * 3600)
    if (look.state === 'absent') await stage({ machine: this.#machine, look, job, limitSeconds, nice: this.#limits.nice, signal })
    await this.#queue.start({ root, id: job.id, limitSeconds }, signal)
    await this.#note(job, root, known, true)
  }

  async observe(job: RunnerJob): Promise<RunState> {
    const { look, queue } = await this.#find(job, never)
    if (look === null) return running(null, `${this.#machine.name} cannot be reached at the moment`)
    if (look.state === 'ended') return { status: 'ended', end: endOfRun(look, timeLimit(this.#limits).because) }
    return queue === 'gone' ? { status: 'lost' } : running(look, queue === 'waiting' ? 'it waits in the queue' : null)
  }

  async fetch(job: RunnerJob, onLine: (line: string) => void): Promise<void> {
    await fetchOutput(this.#machine, await this.#rootOf(job), job, onLine)
  }

  async again(job: RunnerJob): Promise<void> {
    await this.#clearRun(await this.#rootOf(job), job)
  }

  async remove(record: string): Promise<void> {
    const known = await readJobRecord(record)
    if (known === null) return
    await this.#queue.stop(known.root, known.id)
    await runScript(this.#machine, removeScript(known.root, known.id), never)
    await removeJobRecord(record)
  }

  async #find(job: RunnerJob, signal: AbortSignal): Promise<Standing> {
    const known = await this.#knownOf(job)
    try {
      const look = await this.#look(job, signal)
      if (look.state === 'absent' || look.state === 'ended') return { known, look, queue: 'gone' }
      const queue = await this.#queue.state(job.id, look)
      // It may have ended between the two questions.
      return { known, look: queue === 'gone' ? await this.#look(job, signal) : look, queue }
    } catch (error) {
      if (known?.isStarted !== true || !this.#mayBeBack(error, known)) throw error
      return { known, look: null, queue: 'working' }
    }
  }

  /** What is on record of another training of this cycle belongs to nobody any more. */
  async #knownOf({ id, record }: RunnerJob): Promise<JobRecord | null> {
    const known = await readJobRecord(record)
    if (known === null || known.id === id) return known
    await this.remove(record)
    return null
  }

  async #look({ id, countedLines }: RunnerJob, signal: AbortSignal): Promise<Look> {
    return parseLook(await runScript(this.#machine, lookScript(this.#limits.runner.directory, id, countedLines), signal))
  }

  async #rootOf(job: RunnerJob): Promise<string> {
    return (await readJobRecord(job.record))?.root ?? (await this.#look(job, never)).root
  }

  /** Nobody waits for a machine that was away for longer than a training takes. */
  #mayBeBack(error: unknown, { seenAt }: JobRecord): boolean {
    const isAway = error instanceof GenesisError && (error.code === 'GI-RUNNER-AWAY' || error.code === 'GI-RUNNER-DENIED')
    return isAway && systemClock.now().getTime() - Date.parse(seenAt) <= timeLimit(this.#limits).hours * 3_600_000
  }

  async #note(job: RunnerJob, root: string, known: JobRecord | null, isStarted: boolean): Promise<void> {
    const now = systemClock.now().toISOString()
    await writeJobRecord(job.record, { id: job.id, place: this.place, root, sentAt: known?.sentAt ?? now, seenAt: now, isStarted })
  }

  /** Ends what may have outlived the wrapper, and makes room for another attempt. */
  async #clearRun(root: string, { id, record }: RunnerJob): Promise<void> {
    await this.#queue.stop(root, id)
    await runScript(this.#machine, againScript(root, id), never)
    await removeJobRecord(record)
  }
}
