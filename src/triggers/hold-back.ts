/** How a cycle ended. */
export type CycleOutcome = 'DEPLOY' | 'REFUSE' | 'ABSTAIN' | 'FAILED' | 'CANCELLED' | 'ROLLED_BACK'

/** Times are ISO 8601 UTC. */
export interface HoldBackFacts {
  openCycle: { id: string; step: string } | null
  backoffUntil: string | null
  now: string
  lastCycle: {
    id: string
    outcome: CycleOutcome
    /** Digest of the usable learnings, the base and the configuration it was made from. */
    fingerprint: string
    /** Usable learnings there were then. */
    learnings_seen: number
  } | null
  currentFingerprint: string
  usableLearnings: number
  /** The limit of the learnings trigger. */
  learningThreshold: number
  /** Whether the base, the configuration or the user's own items are others than the last cycle had; lifts the wait after an ABSTAIN. */
  isSetupChanged?: boolean
}

const hourMs = 3_600_000
const longestBackoffHours = 16 * 24

/**
 * What keeps a cycle from being opened although a trigger is met, in one sentence without its full stop; null when nothing does (design,
 * section 4). A cycle that did not deploy is not opened again on the same learnings, base and configuration; after an ABSTAIN a quarter
 * of the threshold must have come in as new learnings. `trigger` does not ask.
 */
export function holdBack(facts: HoldBackFacts): string | null {
  const { openCycle, backoffUntil, now, lastCycle, currentFingerprint } = facts
  if (openCycle !== null) return `Cycle ${openCycle.id} is at step ${openCycle.step}`
  if (backoffUntil !== null && isAhead(backoffUntil, now)) return `Backing off until ${backoffUntil}`
  if (lastCycle === null || lastCycle.outcome === 'DEPLOY') return null

  const ended = `cycle ${lastCycle.id}, which ended ${lastCycle.outcome}`
  if (lastCycle.fingerprint === currentFingerprint) return `No learning, base or setting has changed since ${ended}`
  if (lastCycle.outcome !== 'ABSTAIN' || facts.isSetupChanged === true) return null
  const needed = Math.ceil(facts.learningThreshold / 4)
  const added = Math.max(0, facts.usableLearnings - lastCycle.learnings_seen)
  return added < needed ? `Waiting for new learnings since ${ended}: ${added} of ${needed}` : null
}

/** A time that is further ahead than the longest backoff was set before the clock jumped back; it must not hold for years. */
function isAhead(until: string, now: string): boolean {
  const aheadMs = Date.parse(until) - Date.parse(now)
  return aheadMs > 0 && aheadMs <= longestBackoffHours * hourMs
}

export interface Backoff {
  /** ISO 8601 UTC. */
  until: string
  /** Its length, which the next one doubles. */
  hours: number
}

/**
 * The backoff after a cycle that ended at `now`: REFUSE, FAILED and a rollback 24 hours, doubling up to 16 days while they follow each
 * other; a DEPLOY and an ABSTAIN end it; a cancelled cycle leaves it as it was.
 */
export function nextBackoff(previous: Backoff | null, outcome: CycleOutcome, now: string): Backoff | null {
  switch (outcome) {
    case 'DEPLOY':
    case 'ABSTAIN':
      return null
    case 'CANCELLED':
      return previous
    case 'REFUSE':
    case 'FAILED':
    case 'ROLLED_BACK': {
      const hours = previous === null ? 24 : Math.min(longestBackoffHours, previous.hours * 2)
      return { until: new Date(Date.parse(now) + hours * hourMs).toISOString(), hours }
    }
  }
}
