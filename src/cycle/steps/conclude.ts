import path from 'node:path'
import { updateRelease } from '../../serving/release-files.ts'
import { readTextIfPresent, writeFileAtomic } from '../../state/files.ts'
import { fatesFile, releaseNameOf } from '../cycle-directory.ts'
import { freeTraining } from '../free-training.ts'
import type { Pruned } from '../pruning/plan.ts'
import { prune } from '../pruning/prune.ts'
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
  await freeTraining(context.cycleDirectory)
  const pruned = await prune(context, made.serving, cycle.config)
  const freed = (kind: Pruned['kind']): string[] => pruned.filter((item) => item.kind === kind).map(({ name }) => name)
  const isDeployed = context.verdict === 'DEPLOY'
  const writtenBack = isDeployed ? await writeBack(context) : null
  return {
    result: {
      freed: freed('weights'),
      freedCycles: freed('cycle'),
      release: isDeployed ? release : null,
      ...(writtenBack === null ? {} : { writtenBack }),
    },
  }
}

async function recordFates(context: StepContext): Promise<void> {
  const prepared = path.join(context.from('prepare'), 'fates.jsonl')
  const text = await readTextIfPresent(prepared)
  await writeFileAtomic(fatesFile(context.home, context.cycle.id), text ?? '')
}
