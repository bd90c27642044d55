import type { Config } from '../config/schema.ts'
import { GenesisError } from '../errors.ts'
import { updateState } from '../state/store.ts'
import type { State } from '../state/state.ts'
import type { TriggerDecision } from '../triggers/evaluate.ts'
import { announceStep, refusalToBegin } from './announce.ts'
import { closeIfCancelled } from './cancel.ts'
import { closeCycle } from './close.ts'
import { cycleDirectory, readManifest } from './cycle-directory.ts'
import { holdOf } from './hold.ts'
import type { Hold } from './hold.ts'
import { fingerprintOf, lookAround } from './look.ts'
import { readJournal } from './journal.ts'
import { openCycle } from './open.ts'
import type { Workshop } from './parts.ts'
import { endProbation } from './probation.ts'
import { reconcile } from './reconcile.ts'
import { asTexts } from './result.ts'
import { stepSummary } from './step-summary.ts'
import { recorded, runStep } from './run-step.ts'
import type { StepEnd } from './run-step.ts'
import { checked, trainingFinished } from './state-changes.ts'
import type { Step } from './step.ts'
import { recordEvent } from './tell.ts'
import { cycleStatus } from './transitions.ts'
import { inTurn } from './train-in-turn.ts'
import { usableBase } from './usable-base.ts'
import { windowLeftMs } from '../triggers/window.ts'

/** What one look did. */
export interface CheckResult {
  action: 'none' | 'opened' | 'ran' | 'resumed' | 'waiting' | 'failed'
  waitingFor: 'remote' | Hold['waitingFor'] | 'retry' | null
  cycle: string | null
  step: Step | null
  /** How the step ended, or with what outcome the cycle was closed. */
  outcome: string | null
  next: Step | null
  triggers: TriggerDecision | null
  /** Why nothing is done, or what a step said, in one sentence. */
  explanation: string
  error: GenesisError | null
}

/** Exactly one thing: opens a cycle if a trigger is met, or runs the next step of the open one. The caller holds the run lock. */
export async function checkOnce(workshop: Workshop, config: Config): Promise<CheckResult> {
  const cancelled = await closeIfCancelled(workshop)
  if (cancelled !== null)
    return { ...nothing, action: 'ran', cycle: cancelled, outcome: 'CANCELLED', explanation: `${cancelled} was cancelled` }
  const state = await reconcile(workshop)
  return state.open_cycle === null ? await considerOpening(workshop, config, state) : await advance(workshop, config, state.open_cycle)
}

async function considerOpening(workshop: Workshop, config: Config, state: State): Promise<CheckResult> {
  const { home, clock } = workshop
  const { learnings, triggers, held } = await lookAround(workshop, config, state)
  await updateState(home, (before) => checked(before, clock.now().toISOString(), learnings.waiting), workshop)
  const ended = await endProbation(workshop, config, state, learnings)
  if (ended !== null)
    return { ...nothing, action: 'ran', outcome: ended.end === 'rolled-back' ? 'ROLLED_BACK' : 'warned', explanation: ended.text }
  const idle = (explanation: string): CheckResult => ({ ...nothing, triggers, explanation })
  if (!triggers.due) return idle(triggers.summary)
  if (held !== null) return idle(held)
  const base = await usableBase(workshop, config)
  const fingerprint = await fingerprintOf(workshop, learnings.usableDigest, config)
  const opening = { reason: triggers.reason, manual: false, config, base, fingerprint, usableLearnings: learnings.usable }
  const { id } = await openCycle(workshop, opening)
  return { ...nothing, action: 'opened', cycle: id, next: 'collect', triggers, explanation: triggers.reason }
}

const nothing: CheckResult = {
  action: 'none',
  waitingFor: null,
  cycle: null,
  step: null,
  outcome: null,
  next: null,
  triggers: null,
  explanation: '',
  error: null,
}

async function advance(workshop: Workshop, config: Config, id: string): Promise<CheckResult> {
  const { home } = workshop
  const directory = cycleDirectory(home, id)
  const cycle = await readManifest(home, id)
  const events = await readJournal(directory)
  const status = cycleStatus(events)
  if (status.status === 'closed') throw new Error(`cycle ${id} is closed but the state has it open`)
  if (status.status === 'failing') return await fail(workshop, id, status.step, new GenesisError('GI-STEP-FAILED', status.error))

  const { next: step, attempt } = status
  const waiting = (hold: Hold): CheckResult => ({ ...nothing, action: 'waiting', cycle: id, step, outcome: 'waiting', next: step, ...hold })
  const held = async (): Promise<Hold | null> => await holdOf(home, config, { id, step, events }, workshop.clock.now())
  const hold = await held()
  if (hold !== null) return waiting(hold)
  if (step === 'collect' && attempt === 1) {
    const refusal = await refusalToBegin(workshop, id)
    if (refusal !== null) {
      const at = workshop.clock.now().toISOString()
      await recordEvent(workshop, id, { event: 'step-failed', at, step, attempt, temporary: false, error: recorded(refusal) })
      return await fail(workshop, id, step, refusal)
    }
  }
  const { stepRunners } = await import('./steps/index.ts')
  const end = await inTurn(
    workshop,
    config,
    step,
    async () => await runStep(withinWindow(workshop, config, step), stepRunners, cycle, events, step, attempt),
  )
  if (!('end' in end)) return waiting(end)
  // The end of its hours stopped it at a checkpoint, nobody else did.
  if (end.end === 'interrupted' && !workshop.signal.aborted) {
    const outOfHours = await held()
    return outOfHours === null ? { ...nothing, action: 'resumed', cycle: id, step, next: step } : waiting(outOfHours)
  }
  const ran: CheckResult = { ...nothing, action: attempt > 1 ? 'resumed' : 'ran', cycle: id, step }
  return await settle(workshop, ran, end)
}

/** A training's signal aborts as well when its hours end. */
function withinWindow(workshop: Workshop, { trainer: { window } }: Config, step: Step): Workshop {
  const leftMs = step === 'train' && window !== undefined ? windowLeftMs(window, workshop.clock.now()) : null
  return leftMs === null ? workshop : { ...workshop, signal: AbortSignal.any([workshop.signal, AbortSignal.timeout(leftMs)]) }
}

async function settle(workshop: Workshop, ran: CheckResult, end: StepEnd): Promise<CheckResult> {
  const { home } = workshop
  const id = ran.cycle ?? ''
  const step = ran.step ?? 'collect'
  // A cancellation that comes while the last step ends comes too late.
  if (step !== 'conclude' || end.end !== 'finished') {
    const cancelled = await closeIfCancelled(workshop)
    if (cancelled !== null) return { ...ran, outcome: 'CANCELLED', explanation: `${cancelled} was cancelled` }
  }
  if (end.end === 'interrupted') throw new GenesisError('GI-INTERRUPTED', { why: `${step} stopped; the next check goes on from there` })
  if (end.end === 'waiting')
    return {
      ...ran,
      action: 'waiting',
      waitingFor: end.waitingFor,
      outcome: 'waiting',
      next: step,
      explanation: end.explanation,
    }
  const status = cycleStatus(await readJournal(cycleDirectory(home, id)))
  if (end.end === 'failed') {
    if (status.status === 'failing') return await fail(workshop, id, step, end.error)
    return { ...ran, action: 'failed', waitingFor: 'retry', outcome: 'failed', next: step, explanation: end.error.what, error: end.error }
  }
  await announceStep(workshop, id, step, end.event.verdict ?? 'finished')
  if (step === 'train') await updateState(home, (state) => trainingFinished(state, id, end.event.at))
  if (step === 'conclude') {
    const outcome = status.verdict ?? 'ABSTAIN'
    await closeCycle(workshop, id, outcome, await reasonsOf(workshop, id))
    return { ...ran, outcome, next: null, explanation: `the cycle ended with ${outcome}` }
  }
  return {
    ...ran,
    outcome: end.event.verdict ?? 'finished',
    next: status.status === 'open' ? status.next : null,
    explanation: stepSummary(step, end.event.result),
  }
}

/** Closes the cycle as FAILED; the learnings stay untouched. */
async function fail(workshop: Workshop, id: string, step: Step, error: GenesisError): Promise<CheckResult> {
  await closeCycle(workshop, id, 'FAILED', [`${step}: ${error.what}${error.why === undefined ? '' : ` (${error.why})`}`])
  const failure = new GenesisError('GI-STEP-FAILED', {
    what: `The step ${step} failed for good: ${error.what}`,
    why: error.why,
    remedy: error.remedy,
    cause: error,
  })
  return { ...nothing, action: 'failed', cycle: id, step, outcome: 'FAILED', explanation: error.what, error: failure }
}

/** The reasons of the verdict, in plain words, from the step that gave it. */
async function reasonsOf(workshop: Workshop, id: string): Promise<string[]> {
  const events = await readJournal(cycleDirectory(workshop.home, id))
  const given = events.findLast((event) => event.event === 'step-finished' && event.verdict !== undefined)
  return given?.event === 'step-finished' ? asTexts(given.result['reasons']) : []
}
