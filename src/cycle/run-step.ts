import { readdir, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import { GenesisError } from '../errors.ts'
import { digestFile, makeDirectory, syncDirectory, writeError } from '../state/files.ts'
import { concealedError } from './concealed-error.ts'
import { attemptDirectory, cycleDirectory, stepDirectory } from './cycle-directory.ts'
import type { CycleManifest } from './cycle-directory.ts'
import type { JournalEvent, RecordedError, StepFinished } from './journal.ts'
import type { Parts, Progress, Workshop } from './parts.ts'
import { requireSameBase } from './same-base.ts'
import { stepResults } from './step-results.ts'
import { recordEvent } from './tell.ts'
import { cycleStatus } from './transitions.ts'
import { steps } from './step.ts'
import type { Step, Verdict } from './step.ts'

/** What a step has at hand. */
export interface StepContext extends Workshop {
  cycle: CycleManifest
  /** The cycle's directory. */
  cycleDirectory: string
  /** This attempt's own directory; it becomes the step's directory when the step is finished. */
  directory: string
  made: Parts
  /** The verdict, as soon as there is one. */
  verdict: Verdict | null
  /** Directory of a step that is finished. */
  from(step: Step): string
  /** What a finished step put on record. */
  resultOf(step: Step): Record<string, unknown>
  progress(text: string, done?: number, total?: number, timeLeftMs?: number | null): void
}

export interface StepResult {
  result: Record<string, unknown>
  verdict?: Verdict
}

/** A trainer elsewhere is still at work: look again at the next tick. */
export interface StepWaiting {
  waitingFor: 'remote'
}

export type RunStep = (context: StepContext) => Promise<StepResult | StepWaiting>

export type StepEnd =
  | { end: 'finished'; event: StepFinished }
  | { end: 'failed'; error: GenesisError }
  | { end: 'waiting'; waitingFor: 'remote' }
  | { end: 'interrupted' }

/**
 * Runs one attempt at a step: journals its start, lets it work in a directory of its own, and journals its end
 * after everything it wrote is on disk. The caller holds the run lock.
 */
export async function runStep(
  workshop: Workshop,
  runners: Record<Step, RunStep>,
  cycle: CycleManifest,
  events: readonly JournalEvent[],
  step: Step,
  attempt: number,
): Promise<StepEnd> {
  const directory = cycleDirectory(workshop.home, cycle.id)
  const attemptPath = attemptDirectory(directory, step, attempt)
  const now = (): string => workshop.clock.now().toISOString()
  await recordEvent(workshop, cycle.id, { event: 'step-started', at: now(), step, attempt })
  try {
    await clearAttempts(directory, step)
    await makeDirectory(attemptPath)
    if (stepsOnBase.has(step)) await requireSameBase(workshop.home, cycle)
    const context: StepContext = {
      ...workshop,
      cycle,
      cycleDirectory: directory,
      directory: attemptPath,
      made: await workshop.parts(cycle.config),
      verdict: cycleStatus(events).verdict,
      from: (finished) => stepDirectory(directory, finished),
      resultOf: (finished) => {
        const result = stepResults(events)[finished]
        if (result === undefined) throw new Error(`step ${finished} is not finished`)
        return result
      },
      progress: (text, done, total, timeLeftMs) => workshop.report(cycle.id, step, progressOf(text, done, total, timeLeftMs)),
    }
    const ended = await runners[step](context)
    if ('waitingFor' in ended) return { end: 'waiting', waitingFor: ended.waitingFor }
    const outputs = await settle(attemptPath, stepDirectory(directory, step))
    const event: StepFinished = { event: 'step-finished', at: now(), step, attempt, outputs, result: ended.result }
    if (ended.verdict !== undefined) event.verdict = ended.verdict
    await recordEvent(workshop, cycle.id, event)
    return { end: 'finished', event }
  } catch (error) {
    if (workshop.signal.aborted) {
      await recordEvent(workshop, cycle.id, { event: 'step-interrupted', at: now(), step, attempt })
      return { end: 'interrupted' }
    }
    const failure = concealedError(asGenesisError(writeError(error, attemptPath)), workshop.conceal)
    await recordEvent(workshop, cycle.id, {
      event: 'step-failed',
      at: now(),
      step,
      attempt,
      temporary: failure.temporary,
      error: recorded(failure),
    })
    return { end: 'failed', error: failure }
  }
}

const stepsOnBase: ReadonlySet<Step> = new Set(['prepare', 'train', 'package', 'evaluate'])

const progressOf = (text: string, done?: number, total?: number, timeLeftMs?: number | null): Progress => ({
  text,
  done: done ?? null,
  total: total ?? null,
  timeLeftMs: timeLeftMs ?? null,
})

/** Removes what earlier attempts at this step, or at later ones, left unfinished. */
async function clearAttempts(cycle: string, step: Step): Promise<void> {
  for (const name of await readdir(cycle)) {
    if (name === step || name.startsWith(`${step}.attempt-`)) await rm(path.join(cycle, name), { recursive: true, force: true })
  }
}

/** Gives the attempt's directory the step's name, once its files are known by their digests. */
async function settle(attempt: string, settled: string): Promise<Record<string, string>> {
  const outputs: Record<string, string> = {}
  const entries = await readdir(attempt, { recursive: true, withFileTypes: true })
  for (const entry of entries.filter((found) => found.isFile())) {
    const file = path.join(entry.parentPath, entry.name)
    outputs[path.relative(attempt, file).split(path.sep).join('/')] = await digestFile(file)
  }
  await syncDirectory(attempt)
  await rename(attempt, settled)
  await syncDirectory(path.dirname(settled))
  return Object.fromEntries(Object.entries(outputs).sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** Anything that is not one of our errors is a bug; the cycle keeps its reason like any other. */
export function asGenesisError(error: unknown): GenesisError {
  if (error instanceof GenesisError) return error
  const why = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
  return new GenesisError('GI-BUG', { why, cause: error })
}

export function recorded(error: GenesisError): RecordedError {
  return { code: error.code, what: error.what, ...(error.why === undefined ? {} : { why: error.why }), remedy: error.remedy }
}

/** Its place among the steps, counted from 1: "step 3 of 8". */
export const stepNumber = (step: Step): number => steps.indexOf(step) + 1
