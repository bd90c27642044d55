import { hasEnoughOutcomes, outcomesNeeded } from '../gate/failure-share.ts'
import type { Outcomes } from '../gate/failure-share.ts'
import { normalQuantile } from '../gate/normal-quantile.ts'
import { wilsonInterval } from '../gate/wilson.ts'

/** What was found, already read and counted. Times are ISO 8601 UTC. */
export interface TriggerFacts {
  /** Usable learnings without a fate. */
  waitingLearnings: number
  /** Learnings that the last cycle held out; 0 when it deployed (then they have a fate). */
  newlyPinned: number
  lastTrainingTime: string | null
  /** When this home was looked at first; the time trigger counts from it before the first training. */
  firstCheckTime: string | null
  now: string
  /** The newest 200 since the current release, simulated ones left out. */
  outcomes: Outcomes
}

export interface TriggerLimits {
  learnings: number
  days: number
  /** Observed accuracy, 0 to 1. */
  accuracy: number
}

export interface Trigger {
  name: 'learnings' | 'time' | 'performance'
  /** `unknown`: there is too little to tell; it counts as not met. */
  state: 'met' | 'not met' | 'unknown'
  /** Learnings, days, or observed accuracy (0 to 1); null while unknown. */
  value: number | null
  limit: number
  /** One phrase with the numbers: "45 of 100 learnings". */
  explanation: string
}

export interface TriggerDecision {
  due: boolean
  /** The first trigger that is met, in a plain sentence, or "Thresholds not met". */
  reason: string
  triggers: Trigger[]
  /** All triggers in one sentence. */
  summary: string
}

export const notDueReason = 'Thresholds not met'

/** Whether a cycle is due by itself: any one trigger is enough (design, section 4). */
export function evaluateTriggers(facts: TriggerFacts, limits: TriggerLimits): TriggerDecision {
  const triggers = [learningsTrigger(facts, limits.learnings), timeTrigger(facts, limits.days), performanceTrigger(facts, limits.accuracy)]
  const met = triggers.find(({ state }) => state === 'met')
  return {
    due: met !== undefined,
    reason: met === undefined ? notDueReason : reasonSentence(met),
    triggers,
    summary: triggers.map(({ explanation }) => explanation).join('; '),
  }
}

function learningsTrigger({ waitingLearnings, newlyPinned }: TriggerFacts, limit: number): Trigger {
  const value = waitingLearnings + newlyPinned
  const pinned = newlyPinned > 0 ? ` (${newlyPinned} of them held out by the last cycle)` : ''
  return {
    name: 'learnings',
    state: value >= limit ? 'met' : 'not met',
    value,
    limit,
    explanation: `${value} of ${limit} learnings${pinned}`,
  }
}

function timeTrigger({ waitingLearnings, lastTrainingTime, firstCheckTime, now }: TriggerFacts, limit: number): Trigger {
  const from = lastTrainingTime ?? firstCheckTime ?? now
  // A clock that jumped back makes no negative days.
  const value = Math.max(0, Date.parse(now) - Date.parse(from)) / 86_400_000
  const shown = `${roundedDown(value, limit)} of ${limit} days`
  const explanation = value >= limit && waitingLearnings === 0 ? `${shown}, but no learning is waiting` : shown
  return { name: 'time', state: value >= limit && waitingLearnings > 0 ? 'met' : 'not met', value, limit, explanation }
}

/** Downwards, so that "62 of 62 days" is never shown before they have passed; limits that are fractions show fractions. */
function roundedDown(days: number, limit: number): number {
  const places = Number.isInteger(limit) ? 1 : 100
  return Math.floor(days * places) / places
}

function performanceTrigger({ outcomes }: TriggerFacts, limit: number): Trigger {
  const all = outcomes.successes + outcomes.failures
  if (!hasEnoughOutcomes(outcomes)) {
    const lacking =
      outcomes.successes < outcomesNeeded.successes
        ? `${counted(outcomes.successes, 'success', 'successes')} recorded, ${outcomesNeeded.successes} needed`
        : `${counted(all, 'outcome', 'outcomes')} recorded, ${outcomesNeeded.all} needed`
    return { name: 'performance', state: 'unknown', value: null, limit, explanation: `accuracy not measured: ${lacking}` }
  }
  const value = outcomes.successes / all
  const { upper } = wilsonInterval(outcomes.successes, all, normalQuantile(0.975))
  const explanation = `accuracy ${percent(value)} over ${all} outcomes (at most ${percent(upper)}), ${percent(limit)} wanted`
  return { name: 'performance', state: upper < limit ? 'met' : 'not met', value, limit, explanation }
}

function reasonSentence({ name, value, limit, explanation }: Trigger): string {
  if (name === 'learnings') return `Enough learnings: ${explanation}.`
  if (name === 'time') return `Enough time since the last training: ${roundedDown(value ?? 0, limit)} of ${limit} days.`
  return `The observed accuracy is too low: ${explanation}.`
}

const counted = (count: number, one: string, many: string): string => `${count} ${count === 1 ? one : many}`
const percent = (share: number): string => `${(share * 100).toFixed(1)}%`
