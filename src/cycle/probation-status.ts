import type { Config } from '../config/schema.ts'
import { hasEnoughOutcomes } from '../gate/failure-share.ts'
import { probationHorizon, probationOf } from '../gate/probation.ts'
import type { LearningCounts } from '../learnings/counting.ts'
import { baseModelName } from '../state/state.ts'
import type { State } from '../state/state.ts'

/** How the release in production does in the field, against the one before it. */
export interface ProbationStatus {
  state: 'off' | 'watching' | 'alarm' | 'over'
  /** One line. */
  text: string
  /** An e-value: 20 is the alarm; null when nothing is watched. */
  evidence: number | null
  /** Outcomes since the deployment that were counted. */
  outcomes: number
}

/** Pure. */
export function probationStatus(
  config: Config['gate'],
  { current_model: release, probation: ended }: Pick<State, 'current_model' | 'probation'>,
  { previous, current }: LearningCounts['sequences'],
): ProbationStatus {
  const without = (state: 'off' | 'over', text: string): ProbationStatus => ({
    state,
    text: `${state}: ${text}`,
    evidence: null,
    outcomes: current?.length ?? 0,
  })
  if (config.probation === 'off') return without('off', 'switched off by gate.probation')
  if (release === baseModelName) return without('off', 'no release is in production')
  if (ended?.release === release) return without('over', ended.text)
  if (current === null || current.length >= probationHorizon) return without('over', `${probationHorizon} outcomes without an alarm`)
  const before = { successes: lettersIn(previous, 's'), failures: lettersIn(previous, 'f') }
  if (before.successes === 0 || (current !== '' && lettersIn(current, 's') === 0)) return without('off', 'no successes recorded')
  if (!hasEnoughOutcomes(before))
    return without('off', `${previous.length} outcomes recorded before ${release}; 50 are needed, 20 successes among them`)
  const { evidence, peak, alarm, outcomes } = probationOf(failuresIn(previous), failuresIn(current))
  if (alarm)
    return {
      state: 'alarm',
      text: `alarm: ${release} fails more often than what was there before (evidence ${peak.toFixed(0)})`,
      evidence,
      outcomes,
    }
  return { state: 'watching', text: `watching: evidence ${evidence.toFixed(1)} of 20 after ${outcomes} outcomes`, evidence, outcomes }
}

const lettersIn = (sequence: string, letter: string): number => sequence.split(letter).length - 1
const failuresIn = (sequence: string): boolean[] => Array.from(sequence, (letter) => letter === 'f')
