import { configDigest } from '../config/load-config.ts'
import type { Config } from '../config/schema.ts'
import { GenesisError, systemErrorCode } from '../errors.ts'
import { countLearnings } from '../learnings/counting.ts'
import type { LearningCounts } from '../learnings/counting.ts'
import type { PatienceOptions } from '../learnings/patience.ts'
import { readRelease } from '../serving/release-files.ts'
import { cachedDigest } from '../state/digest-cache.ts'
import { digestText, readTextIfPresent } from '../state/files.ts'
import type { Home } from '../state/home.ts'
import { baseModelName } from '../state/state.ts'
import type { State } from '../state/state.ts'
import { evaluateTriggers } from '../triggers/evaluate.ts'
import type { TriggerDecision } from '../triggers/evaluate.ts'
import { holdBack } from '../triggers/hold-back.ts'
import type { Workshop } from './parts.ts'

/** What a look at the home finds, whether something is due, and what holds it back. */
export interface Look {
  learnings: LearningCounts
  triggers: TriggerDecision
  /** Why no cycle is opened although a trigger is met; null when nothing holds it back. */
  held: string | null
}

/** `patience`: with a learnings file that is half written; some seconds unless told. */
export async function lookAround(
  workshop: Pick<Workshop, 'home' | 'clock' | 'base'>,
  config: Config,
  state: State,
  patience?: PatienceOptions,
): Promise<Look> {
  const { home, clock } = workshop
  const now = clock.now().toISOString()
  const moments = await deployments(home, state.current_model)
  const learnings = await countLearnings(home, { ...moments, ...(patience && { patience }) })
  const last = state.last_cycle
  const triggers = evaluateTriggers(
    {
      waitingLearnings: learnings.waiting,
      // No more than there are: simulated learnings may have been removed with their items.
      newlyPinned: last === null || last.outcome === 'DEPLOY' ? 0 : Math.min(last.newly_pinned, learnings.usable - learnings.waiting),
      lastTrainingTime: state.last_training_time,
      firstCheckTime: state.first_check_time,
      now,
      outcomes: learnings.outcomes,
    },
    { learnings: config.triggers.learnings, days: config.triggers.days, accuracy: config.triggers.accuracy },
  )
  if (!triggers.due) return { learnings, triggers, held: null }
  const currentFingerprint = await fingerprintOf(workshop, learnings.usableDigest, config)
  const held = holdBack({
    openCycle: null,
    backoffUntil: state.backoff?.until ?? null,
    now,
    lastCycle: last,
    currentFingerprint,
    usableLearnings: learnings.usable,
    learningThreshold: config.triggers.learnings,
    isSetupChanged: last !== null && setupOf(last.fingerprint) !== setupOf(currentFingerprint),
  })
  return { learnings, triggers, held }
}

/** What a cycle would be made from, as a text: the usable learnings, and base, configuration and the user's own items. */
export async function fingerprintOf(workshop: Pick<Workshop, 'home' | 'base'>, usableDigest: string, config: Config): Promise<string> {
  const { home } = workshop
  const base = await baseDigest(workshop, config)
  const own = [(await readTextIfPresent(home.userGate)) ?? '', (await readTextIfPresent(home.userRetention)) ?? '']
  return `${usableDigest}:${digestText([base, configDigest(config), ...own.map(digestText)].join('\n'))}`
}

const setupOf = (fingerprint: string): string => fingerprint.split(':')[1] ?? ''

/** When the current release was deployed, and the one before it: outcomes before that say nothing about them. */
async function deployments(home: Home, current: string): Promise<{ since: string | null; previousSince: string | null }> {
  const release = current === baseModelName ? undefined : await readRelease(home, current)
  const previous = release?.previous ?? baseModelName
  const before = previous === baseModelName ? undefined : await readRelease(home, previous)
  return { since: release?.deployedAt ?? null, previousSince: before?.deployedAt ?? null }
}

/** Empty when the base is missing or can't be read: a difference that opens the next cycle once it is there. */
async function baseDigest({ home, base: find }: Pick<Workshop, 'home' | 'base'>, config: Config): Promise<string> {
  try {
    const base = await find(config)
    return base === null ? '' : await cachedDigest(home, base.path)
  } catch (error) {
    if (error instanceof GenesisError || systemErrorCode(error) !== undefined) return ''
    throw error
  }
}
