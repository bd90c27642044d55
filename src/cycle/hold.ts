import { existsSync } from 'node:fs'
import path from 'node:path'
import type { Config } from '../config/schema.ts'
import { nameOf } from '../dataset/limit-shares.ts'
import { readFloodDecisions } from '../learnings/flood-decisions.ts'
import { Flood } from '../learnings/floods.ts'
import type { Home } from '../state/home.ts'
import { cycleDirectory } from './cycle-directory.ts'
import type { JournalEvent } from './journal.ts'
import type { Step } from './step.ts'
import { stepResults } from './step-results.ts'
import { windowLeftMs } from '../triggers/window.ts'

/** Why the next step is not begun yet, though nothing is wrong. */
export interface Hold {
  waitingFor: 'approval' | 'window' | 'training'
  explanation: string
}

/** An open cycle at the step that is next. */
export interface CycleAtStep {
  id: string
  step: Step
  events: readonly JournalEvent[]
}

/** Stands in a cycle's directory once somebody has approved its model. */
export const approvalFile = (home: Home, cycle: string): string => path.join(cycleDirectory(home, cycle), 'approval.json')

/**
 * What holds back this step: learnings or a model that somebody wants to look at first, or a training out of its hours. The present configuration
 * counts, not the cycle's own.
 */
export async function holdOf(home: Home, config: Config, { id, step, events }: CycleAtStep, now: Date): Promise<Hold | null> {
  const { window } = config.trainer
  if (step === 'prepare' && config.guard.floodFactor !== undefined) {
    const [flood, ...others] = await undecidedFloods(home, events)
    const more = others.length === 0 ? '' : ` (and ${others.length} more days like it)`
    if (flood !== undefined) return { waitingFor: 'approval', explanation: `${describeFlood(flood)}${more}; ${whoDecides}` }
  }
  if (step === 'train' && window !== undefined && windowLeftMs(window, now) === null)
    return { waitingFor: 'window', explanation: `training runs from ${window.replace('-', ' to ')} only` }
  if (step === 'deploy' && config.gate.approval === 'manual' && !existsSync(approvalFile(home, id)))
    return { waitingFor: 'approval', explanation: `the gate says DEPLOY; ${whoDecides}` }
  return null
}

const whoDecides = '"genesis-improve approve" or "genesis-improve reject" decides'

/** Floods among what a cycle has collected. */
export function floodsIn(events: readonly JournalEvent[]): Flood[] {
  return Flood.array().safeParse(stepResults(events).collect?.['floods']).data ?? []
}

/** Those of them that no person has decided about. */
export async function undecidedFloods(home: Home, events: readonly JournalEvent[]): Promise<Flood[]> {
  const floods = floodsIn(events)
  if (floods.length === 0) return []
  const decisions = await readFloodDecisions(home)
  return floods.filter((flood) => !decisions.isDecided(flood))
}

function describeFlood({ author, day, count, usual }: Flood): string {
  const from = author === null ? 'name no author' : `are from ${nameOf(author)}`
  return `${count} learnings of ${day} ${from}, where ${usual} a day are usual`
}
