import type { Config } from '../config/schema.ts'
import { readPast } from '../cycle/past.ts'
import type { Past } from '../cycle/past.ts'
import type { Workshop } from '../cycle/parts.ts'
import { readCycle } from '../cycle/show.ts'
import type { ShownCycle } from '../cycle/show.ts'
import { readStatus } from '../cycle/status.ts'
import type { Status } from '../cycle/status.ts'
import { steps } from '../cycle/step.ts'
import type { Step } from '../cycle/step.ts'
import { GenesisError } from '../errors.ts'

/** What the metrics are made from, as read from the home. */
export interface MetricFacts {
  version: string
  status: Status
  past: Past
  /** Cycles whose records can't be read; `past` is without them. */
  unreadableCycles: number
  /** How long each step took when it was last finished, in milliseconds. */
  durationsMs: Partial<Record<Step, number>>
  /** Of the newest cycle in which two models were compared; null when none were. */
  accuracy: ShownCycle['accuracy']
}

/** Older cycles say little about now, and reading them takes time at every look. */
const mostCycles = 20

export async function readMetricFacts(workshop: Workshop, config: Config, version: string): Promise<MetricFacts> {
  const status = await readStatus(workshop, config)
  let unreadableCycles = 0
  // One damaged cycle of years ago must not silence every alert.
  const past = await readPast(workshop, () => (unreadableCycles += 1))
  const facts: MetricFacts = { version, status, past, unreadableCycles: 0, durationsMs: {}, accuracy: null }
  for (const { id } of past.cycles.slice(-mostCycles).reverse()) {
    const cycle = await readCycle(workshop, id).catch(unlessDamaged)
    if (cycle === null) {
      unreadableCycles += 1
      continue
    }
    facts.accuracy ??= cycle.accuracy
    for (const { step, durationMs } of cycle.steps) if (durationMs !== null) facts.durationsMs[step] ??= durationMs
    if (facts.accuracy !== null && steps.every((step) => facts.durationsMs[step] !== undefined)) break
  }
  return { ...facts, unreadableCycles }
}

function unlessDamaged(error: unknown): null {
  if (error instanceof GenesisError && error.code === 'GI-JOURNAL-UNREADABLE') return null
  throw error
}
