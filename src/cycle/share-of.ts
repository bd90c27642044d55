import type { Config } from '../config/schema.ts'
import { failureShare, givenFailureShare } from '../gate/failure-share.ts'
import type { FailureShare } from '../gate/judgement.ts'
import { readState } from '../state/store.ts'
import { lookAround } from './look.ts'
import type { Workshop } from './parts.ts'

/** The failure share of the model in production: given by hand, or from the outcomes since it was deployed. */
export async function shareOf(workshop: Pick<Workshop, 'home' | 'clock' | 'base'>, config: Config): Promise<FailureShare> {
  const given = config.gate.failureShare
  if (given !== undefined) return givenFailureShare(given)
  const { state } = await readState(workshop.home)
  return failureShare((await lookAround(workshop, config, state)).learnings.outcomes)
}
