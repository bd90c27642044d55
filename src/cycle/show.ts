import path from 'node:path'
import { z } from 'zod'
import { systemErrorCode } from '../errors.ts'
import type { Judgement } from '../gate/judgement.ts'
import { cycleDirectory, readManifest, stepDirectory } from './cycle-directory.ts'
import { summarise } from './history.ts'
import type { CycleSummary } from './history.ts'
import { readJournal } from './journal.ts'
import type { JournalEvent } from './journal.ts'
import { readJudgedItems } from './judged-item.ts'
import type { JudgedItem } from './judged-item.ts'
import type { Workshop } from './parts.ts'
import { Tuning } from '../tuning/tuning.ts'
import { readShownDataset } from './shown-dataset.ts'
import type { ShownDataset } from './shown-dataset.ts'
import { readShownVerdict } from './shown-verdict.ts'
import { stepResults } from './step-results.ts'
import { steps } from './step.ts'
import type { Step } from './step.ts'

export interface ShownStep {
  step: Step
  status: 'finished' | 'failed' | 'started' | 'not reached'
  attempts: number
  durationMs: number | null
  result: Record<string, unknown> | null
  error: string | null
}

/** An item that the two models answer differently. */
export interface Flip {
  id: string
  stratum: JudgedItem['stratum']
  category: string
  input: string
  expected: string
  baseline: string
  candidate: string
  /** Candidate minus baseline. */
  difference: number
}

/** Everything `show` tells about one cycle. */
export interface ShownCycle extends CycleSummary {
  base: { path: string; digest: string }
  steps: ShownStep[]
  /** What became of the learnings; null before `prepare`. */
  dataset: ShownDataset | null
  /** Accuracy of both models by stratum; null before `evaluate`. */
  accuracy: { stratum: JudgedItem['stratum']; items: number; baseline: number; candidate: number }[] | null
  /** What was tried before the adapter was merged; null where nothing was to be chosen. */
  tuning: ShownTuning | null
  judgement: Judgement | null
  /** What this attempt on the baseline had to spend; null before `decide`. */
  attempt: ShownAttempt | null
  /** Until when no cycle is opened by itself after this one, ISO 8601; null when it held nothing back. */
  backoffUntil: string | null
  /** Losses first. */
  flips: Flip[]
}

const ShownAttempt = z
  .object({
    /** 1 for the first on this baseline; null in cycles of earlier versions. */
    number: z.int().nullable().catch(null),
    alpha: z.number(),
    wealth: z.number(),
    /** Share of its items that no earlier attempt had judged. */
    freshShare: z.number(),
  })
  .transform((attempt) => ({ ...attempt, wealthLeft: Math.max(0, attempt.wealth - attempt.alpha) }))
export type ShownAttempt = z.infer<typeof ShownAttempt>

const ShownTuning = z
  .object({ loraScale: z.number(), checkpoint: z.int(), tuning: Tuning })
  .transform(({ loraScale: scale, checkpoint, tuning }) => ({ scale, checkpoint, ...tuning }))
export type ShownTuning = z.infer<typeof ShownTuning>

export async function readCycle({ home }: Pick<Workshop, 'home'>, id: string): Promise<ShownCycle> {
  const manifest = await readManifest(home, id)
  const directory = cycleDirectory(home, id)
  const events = await readJournal(directory)
  const pair = await readPair(stepDirectory(directory, 'evaluate'))
  const verdict = await readShownVerdict(stepDirectory(directory, 'decide'), events)
  return {
    ...summarise(manifest, events),
    base: manifest.base,
    steps: steps.map((step) => shownStep(step, events)),
    dataset: await readShownDataset(stepDirectory(directory, 'prepare')),
    accuracy: pair === null ? null : accuracyByStratum(pair),
    tuning: ShownTuning.safeParse(stepResults(events).package).data ?? null,
    judgement: verdict as unknown as Judgement | null,
    attempt: ShownAttempt.safeParse(verdict?.['attempt']).data ?? null,
    backoffUntil: events.findLast((event) => event.event === 'closed')?.backoff?.until ?? null,
    flips: pair === null ? [] : flipsOf(pair),
  }
}

interface Pair {
  baseline: JudgedItem[]
  candidate: JudgedItem[]
}

async function readPair(directory: string): Promise<Pair | null> {
  try {
    return {
      baseline: await readJudgedItems(path.join(directory, 'baseline.jsonl')),
      candidate: await readJudgedItems(path.join(directory, 'candidate.jsonl')),
    }
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return null
    throw error
  }
}

function shownStep(step: Step, events: readonly JournalEvent[]): ShownStep {
  const own = events.filter((event) => 'step' in event && event.step === step)
  const started = own.filter(({ event }) => event === 'step-started')
  const finished = own.find(({ event }) => event === 'step-finished')
  const failed = own.findLast((event) => event.event === 'step-failed')
  const begun = started.at(-1)
  return {
    step,
    status: finished !== undefined ? 'finished' : failed !== undefined ? 'failed' : begun !== undefined ? 'started' : 'not reached',
    attempts: started.length,
    durationMs: finished !== undefined && begun !== undefined ? Date.parse(finished.at) - Date.parse(begun.at) : null,
    result: stepResults(events)[step] ?? null,
    error:
      finished === undefined && failed?.event === 'step-failed'
        ? `${failed.error.what}${failed.error.why === undefined ? '' : ` (${failed.error.why})`}`
        : null,
  }
}

function accuracyByStratum({ baseline, candidate }: Pair): NonNullable<ShownCycle['accuracy']> {
  const mean = (rows: readonly JudgedItem[]): number => rows.reduce((sum, { score }) => sum + score, 0) / rows.length
  return (['gate', 'regression', 'retention'] as const).flatMap((stratum) => {
    const before = baseline.filter((row) => row.stratum === stratum)
    const after = candidate.filter((row) => row.stratum === stratum)
    return before.length === 0 ? [] : [{ stratum, items: before.length, baseline: mean(before), candidate: mean(after) }]
  })
}

function flipsOf({ baseline, candidate }: Pair): Flip[] {
  const after = new Map(candidate.map((row) => [row.id, row]))
  return baseline
    .flatMap(({ id, stratum, category, input, expected, answer, score }) => {
      const other = after.get(id)
      if (other === undefined || other.score === score) return []
      return [{ id, stratum, category, input, expected, baseline: answer, candidate: other.answer, difference: other.score - score }]
    })
    .sort((left, right) => left.difference - right.difference)
}
