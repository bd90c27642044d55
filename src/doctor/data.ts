import type { Config } from '../config/schema.ts'
import { readPinned } from '../cycle/held-out-files.ts'
import { lookAround } from '../cycle/look.ts'
import type { Look } from '../cycle/look.ts'
import type { Workshop } from '../cycle/parts.ts'
import { stratumOf } from '../dataset/pinned-item.ts'
import type { Stratum } from '../evaluation/item.ts'
import { readItems } from '../evaluation/read-items.ts'
import { failureShare, givenFailureShare } from '../gate/failure-share.ts'
import type { Outcomes } from '../gate/failure-share.ts'
import { minimumDetectableGain } from '../gate/power.ts'
import { itemsNeeded } from '../gate/reasons.ts'
import type { Home } from '../state/home.ts'
import type { State } from '../state/state.ts'
import { readState } from '../state/store.ts'
import { examined, ok, warning } from './finding.ts'
import type { Finding } from './finding.ts'

/** What stands in the home: state, learnings, the items that are judged by. */
export async function examineData(workshop: Workshop, config: Config): Promise<Finding[]> {
  return [
    ...(await examined('state', async () => [await examineState(workshop.home)])),
    ...(await examined('learnings', async () => {
      const { state } = await readState(workshop.home)
      const look = await lookAround(workshop, config, state)
      return [
        examineLearnings(look),
        ...(await examined('gate sets', async () => [await examineItems(workshop.home, config, state, look.learnings.outcomes)])),
      ]
    })),
  ]
}

async function examineState(home: Home): Promise<Finding> {
  const { state, existed, problem } = await readState(home)
  if (problem !== undefined) return warning('state', problem, 'Nothing needs to be done; restore it from a backup if you have a newer one.')
  if (!existed) return ok('state', 'none yet: it is written when something is done first')
  return ok('state', `${state.current_model} is current, ${state.training_runs} trainings so far`)
}

function examineLearnings({ learnings, triggers, held }: Look): Finding {
  const { total, usable, waiting, unusable } = learnings
  const counts = `${total} learnings, ${usable} usable, ${waiting} waiting; ${held ?? triggers.summary}`
  if (unusable.count === 0) return ok('learnings', counts)
  const reasons = unusable.reasons.map(({ count, text }) => `${count} ${text}`).join(', ')
  return warning(
    'learnings',
    `${counts}; ${unusable.count} unusable (${reasons})`,
    'Mend those entries where they are written; the others count.',
  )
}

/** How many items there are to judge by, and how much better a model must be for them to show it. */
async function examineItems(home: Home, config: Config, state: State, outcomes: Outcomes): Promise<Finding> {
  const pinned = await readPinned(home.pinned)
  const known = new Set(pinned.map(({ input }) => input))
  const unseen = async (file: string): Promise<number> => (await readItems(file)).items.filter(({ input }) => !known.has(input)).length
  const ofStratum = (stratum: Stratum): number => pinned.filter((item) => stratumOf(item, state.current_model) === stratum).length
  const gate = ofStratum('gate') + (await unseen(home.userGate))
  // The packaged set fills up to the target, as far as the model answers it right.
  const retention = Math.max(ofStratum('retention') + (await unseen(home.userRetention)), config.dataset.retentionTarget)
  const sizes = { gate, retention, regression: ofStratum('regression') }
  const given = config.gate.failureShare
  const share = given === undefined ? failureShare(outcomes) : givenFailureShare(given)
  const { minimumGain, margin } = config.gate
  const detectable = minimumDetectableGain(sizes, share, { alpha: 0.05, minimumGain, margin })
  const counts = `${gate} gate, ${sizes.regression} regression items; up to ${retention} retention items`
  if (detectable === null)
    return warning(
      'gate sets',
      `${counts}: too few to show that any model is better`,
      gate < itemsNeeded.gate
        ? `Record corrections (40% of the first ones are held out), or put ${itemsNeeded.gate} items and more into data/gate.jsonl.`
        : 'Record outcomes with "genesis-improve learn --kind success", or put items into data/gate.jsonl and data/retention.jsonl.',
    )
  const fixed = Math.ceil(100 * detectable.fixedShare)
  return ok('gate sets', `${counts}: a model that fixes ${fixed}% of what is corrected is let through (80% of the time)`)
}
