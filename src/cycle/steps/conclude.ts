import path from 'node:path'
import { releasesToPrune } from '../../serving/prune.ts'
import { listReleases, updateRelease } from '../../serving/release-files.ts'
import { readState } from '../../state/store.ts'
import { readTextIfPresent, writeFileAtomic } from '../../state/files.ts'
import { fatesFile, releaseNameOf } from '../cycle-directory.ts'
import { freeTraining } from '../free-training.ts'
import { asNumber } from '../result.ts'
import type { StepContext, StepResult } from '../run-step.ts'
import { writeBack } from '../write-back.ts'

/** Gives the learnings their fates, completes the release's record and frees what is no longer needed. May be repeated. */
export async function conclude(context: StepContext): Promise<StepResult> {
  const { cycle, made } = context
  const release = releaseNameOf(cycle.id)
  if (context.verdict === 'DEPLOY') {
    await recordFates(context)
    const deployed = context.resultOf('deploy')
    const decided = context.resultOf('decide')
    await updateRelease(context.home, release, {
      deployedAt: String(deployed['deployedAt']),
      previous: String(deployed['previous']),
      improvementScore: asNumber(decided['candidateAccuracy']),
      verdict: {
        verdict: 'DEPLOY',
        estimate: asNumber(decided['estimate']),
        lower: asNumber(decided['lower']),
        upper: asNumber(decided['upper']),
      },
    })
  } else {
    await made.serving.discard(release)
  }
  const { state } = await readState(context.home)
  const served = await made.serving.served()
  const freed = releasesToPrune(await listReleases(context.home), served?.name ?? state.current_model, cycle.config.serving.keep)
  for (const name of freed) await made.serving.discard(name)
  await freeTraining(context.cycleDirectory)
  const isDeployed = context.verdict === 'DEPLOY'
  const writtenBack = isDeployed ? await writeBack(context) : null
  return { result: { freed, release: isDeployed ? release : null, ...(writtenBack === null ? {} : { writtenBack }) } }
}

async function recordFates(context: StepContext): Promise<void> {
  const prepared = path.join(context.from('prepare'), 'fates.jsonl')
  const text = await readTextIfPresent(prepared)
  await writeFileAtomic(fatesFile(context.home, context.cycle.id), text ?? '')
}
