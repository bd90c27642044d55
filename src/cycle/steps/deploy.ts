import { GenesisError } from '../../errors.ts'
import { requireDiskSpace } from '../../state/disk-space.ts'
import { baseModelName } from '../../state/state.ts'
import { requireRemembered } from '../require-remembered.ts'
import type { StepContext, StepResult } from '../run-step.ts'
import { spaceNeeded } from './space-needed.ts'

/** Switches the production name to the release and compares what is served with what was judged. */
export async function deploy(context: StepContext): Promise<StepResult> {
  const release = String(context.resultOf('package')['release'])
  const digest = String(context.resultOf('package')['digest'])
  const { serving } = context.made
  await requireRemembered(context)
  await requireDiskSpace(context.home.data, await spaceNeeded.deploy(context), 'deploy and put it on record')
  await serving.activate(release)
  const served = await serving.served()
  if (served?.name !== release || served.digest !== digest) {
    await serving.activate(context.cycle.baseline === baseModelName ? null : context.cycle.baseline)
    throw new GenesisError('GI-STEP-FAILED', {
      what: `The switch to ${release} did not take: something else is served.`,
      why: `served is ${served?.name ?? 'nothing'} with the digest ${served?.digest.slice(0, 12) ?? '-'}, judged was ${digest.slice(0, 12)}`,
    })
  }
  return { result: { release, digest, previous: context.cycle.baseline, deployedAt: context.clock.now().toISOString() } }
}
