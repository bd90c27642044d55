import type { Config } from '../config/schema.ts'
import type { LearningCounts } from '../learnings/counting.ts'
import { lookOnce } from '../learnings/patience.ts'
import type { Home } from '../state/home.ts'
import { describeRunner } from '../state/runner.ts'
import type { RunInfo } from '../state/runner.ts'
import { baseModelName } from '../state/state.ts'
import type { State } from '../state/state.ts'
import { readState } from '../state/store.ts'
import type { Trigger } from '../triggers/evaluate.ts'
import { notDueReason } from '../triggers/evaluate.ts'
import { blockersOf } from './blockers.ts'
import { cycleDirectory } from './cycle-directory.ts'
import { elsewhereOf, holdOf } from './hold.ts'
import type { Hold } from './hold.ts'
import { readJournal } from './journal.ts'
import { lookAround } from './look.ts'
import { afterAllCycles, nextAttemptOn } from './next-attempt.ts'
import type { Workshop } from './parts.ts'
import { probationStatus } from './probation-status.ts'
import type { ProbationStatus } from './probation-status.ts'
import { recordedRemedy } from './recorded-remedy.ts'
import type { Step } from './step.ts'
import { trainingElsewhere } from './train-in-turn.ts'
import { cycleStatus } from './transitions.ts'
import { whatToDo } from './what-to-do.ts'

/** What `status --json` prints: the six fields of the earlier system, and why things are as they are. */
export interface Status {
  last_training_time: string | null
  learnings_since_training: number
  current_model: string
  training_runs: number
  improvement_score: number
  last_check_time: string | null
  should_trigger: boolean
  trigger_reason: string
  blockers: { code: string; what: string; remedy: string }[]
  triggers: { name: Trigger['name']; value: number | null; limit: number; state: 'met' | 'not met' | 'unknown'; explanation: string }[]
  cycle: {
    id: string
    step: string | null
    status: 'running' | 'waiting' | 'retrying'
    progress: RunInfo['progress']
    error: string | null
    /** What it waits for although nothing is wrong. */
    waiting_for: Hold | null
  } | null
  backoff_until: string | null
  /** Attempts made to replace the current model, what is left to spend, and the level of the next attempt should none of its items be new. */
  attempts: { made: number; wealth: number; alpha: number }
  unusable: LearningCounts['unusable']
  /** Learnings that were forgotten: neither waiting nor usable. */
  forgotten: number
  last_verdict: { cycle: string; outcome: string; at: string; reasons: string[] } | null
  /** One line, whenever the newest corrections are not in the model that is served; null otherwise. */
  why_not_deployed: string | null
  /** What somebody should do now, in one line; null when nothing is wrong. */
  what_to_do: string | null
  /** Whether the release in production is watched, and what was seen. */
  probation: ProbationStatus
  /** Something the operator should know about the state file itself. */
  notice: string | null
}

type StatusSources = Pick<Workshop, 'home' | 'clock' | 'parts' | 'base' | 'trainingLock'>

/** Takes no lock, writes nothing but caches and waits for nobody, so it works while a cycle trains and in a read-only home. */
export async function readStatus(workshop: StatusSources, config: Config): Promise<Status> {
  const { home } = workshop
  const { state, problem } = await readState(home)
  const { learnings, triggers, held } = await lookAround(workshop, config, state, lookOnce)
  const cycle = await openCycleOf(workshop, config, state)
  const heldByCycle = cycle === null ? held : `Cycle ${cycle.id} is at step ${cycle.step ?? 'conclude'}`
  const blockers = await blockersOf(workshop, config)
  const reason = triggers.due ? (heldByCycle ?? triggers.reason) : cycle === null ? notDueReason : heldByCycle
  const status = {
    last_training_time: state.last_training_time,
    learnings_since_training: learnings.waiting,
    current_model: state.current_model,
    training_runs: state.training_runs,
    improvement_score: state.improvement_score,
    last_check_time: state.last_check_time,
    should_trigger: triggers.due && heldByCycle === null,
    trigger_reason: reason ?? notDueReason,
    blockers,
    triggers: triggers.triggers.map(({ name, value, limit, state: met, explanation }) => ({ name, value, limit, state: met, explanation })),
    cycle,
    backoff_until: state.backoff?.until ?? null,
    attempts: await attemptsMade(home, state),
    unusable: learnings.unusable,
    forgotten: learnings.forgotten,
    last_verdict: lastVerdict(state),
    probation: probationStatus(config.gate, state, learnings.sequences),
    notice: problem ?? null,
  }
  const why = whyNotDeployed(status, triggers.summary)
  const remedy = await recordedRemedy(home, state)
  return { ...status, why_not_deployed: why, what_to_do: why === null ? null : whatToDo(status, remedy, workshop.clock.now()) }
}

async function openCycleOf(sources: StatusSources, config: Config, state: State): Promise<Status['cycle']> {
  const { home, clock } = sources
  const id = state.open_cycle
  if (id === null) return null
  const events = await readJournal(cycleDirectory(home, id))
  const status = cycleStatus(events)
  const runner = await describeRunner(home)
  const step = status.status === 'open' ? status.next : null
  const error = status.status === 'open' ? (status.lastError?.what ?? null) : null
  if (runner !== null) return { id, step: runner.step ?? step, status: 'running', progress: runner.progress, error, waiting_for: null }
  const held = step === null ? null : ((await holdOf(home, config, { id, step, events }, clock.now())) ?? (await elsewhereOf(home, id)))
  const hold = step === null ? null : (held ?? (await turnOf(sources, config, step)))
  return { id, step, status: error === null ? 'waiting' : 'retrying', progress: null, error, waiting_for: hold }
}

async function turnOf(sources: StatusSources, config: Config, step: Step): Promise<Hold | null> {
  return step === 'train' ? await trainingElsewhere(sources, config) : null
}

async function attemptsMade(home: Home, { current_model: baseline }: State): Promise<Status['attempts']> {
  const { number, wealth, alpha } = await nextAttemptOn({ home, notice: () => undefined }, { id: afterAllCycles, baseline }, [])
  return { made: number - 1, wealth, alpha }
}

function lastVerdict({ last_cycle: last }: State): Status['last_verdict'] {
  return last === null ? null : { cycle: last.id, outcome: last.outcome, at: last.at, reasons: last.reasons }
}

/** Pure: the one line that says why the newest corrections have not reached the served model. */
export function whyNotDeployed(status: Omit<Status, 'why_not_deployed' | 'what_to_do'>, triggersSummary: string): string | null {
  const { cycle, blockers, last_verdict: last, current_model: current } = status
  const [blocker] = blockers
  if (cycle !== null) {
    if (cycle.error !== null) return `${cycle.id} could not finish ${cycle.step ?? 'its step'} yet: ${cycle.error}`
    if (cycle.waiting_for !== null) return `${cycle.id} waits: ${cycle.waiting_for.explanation}`
    const step = cycle.step ?? 'conclude'
    if (cycle.status !== 'running' && blocker !== undefined) return `${cycle.id} is at ${step}: ${blocker.what}`
    return cycle.status === 'running'
      ? `${cycle.id} is still at work (${step})`
      : `${cycle.id} stopped before ${step}, and nobody works on it now`
  }
  if (last !== null && last.outcome !== 'DEPLOY') {
    const why = last.reasons[0] ?? 'no reason was recorded'
    return `${last.cycle} ended with ${last.outcome}: ${why}`
  }
  if (current !== baseModelName && status.learnings_since_training === 0) return null
  if (blocker !== undefined) return `${blocker.what} ${blocker.remedy}`
  return status.should_trigger ? 'a cycle is due; the next check opens it' : `no cycle was due yet: ${triggersSummary}`
}
