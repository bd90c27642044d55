import path from 'node:path'
import { stratumOf } from '../../dataset/pinned-item.ts'
import type { PinnedItem } from '../../dataset/pinned-item.ts'
import { checkSameConvention } from '../../evaluation/prompt-convention.ts'
import { graderDigests } from '../../evaluation/grade-answers.ts'
import { GenesisError } from '../../errors.ts'
import { behaviourProblems } from '../../gate/behaviour.ts'
import type { ModelLocation } from '../../runtimes/port.ts'
import { writeLines } from '../../state/files.ts'
import { answerPinned } from '../answer-pinned.ts'
import { locateModel } from '../baseline.ts'
import { checkLayout } from '../check-layout.ts'
import { answerPairs } from '../judged-item.ts'
import { readPreparedItems } from '../prepared-items.ts'
import type { StepContext, StepResult } from '../run-step.ts'

/** Baseline and candidate answer the same pinned items, through the runtime that will serve them, as the exact artefacts. */
export async function evaluate(context: StepContext): Promise<StepResult> {
  const { cycle, made } = context
  const release = String(context.resultOf('package')['release'])
  const candidate = await made.serving.locate(release)
  if (candidate === null) throw new GenesisError('GI-STEP-FAILED', { what: `The staged release ${release} is no longer there.` })
  const baseline = await locateModel(made.serving, cycle.baseline, cycle.base)
  const items = await readPreparedItems(context.from('prepare'))
  const { maxTokens, contextLength, parallel } = cycle.config.runtime
  const decoding = { maxTokens, contextLength, parallel }
  checkSameConvention(await made.runtime.promptConvention(baseline, decoding), await made.runtime.promptConvention(candidate, decoding))
  await checkLayout(context, candidate, [])
  const stratum = (item: PinnedItem) => stratumOf(item, cycle.baseline)

  const before = await answerPinned(context, baseline, items, stratum, 'the baseline')
  const after = await answerPinned(context, candidate, items, stratum, 'the candidate')
  await writeLines(
    path.join(context.directory, 'baseline.jsonl'),
    before.map((row) => JSON.stringify(row)),
  )
  await writeLines(
    path.join(context.directory, 'candidate.jsonl'),
    after.map((row) => JSON.stringify(row)),
  )
  return {
    result: {
      items: items.length,
      graders: await graderDigests(items, { commands: cycle.config.gate.graders, homeRoot: context.home.root }),
      behaviourProblems: behaviourProblems(answerPairs(before, after)),
      servingProblems: servingProblems(String(context.resultOf('package')['digest']), candidate, baseline),
      answersThatDiffer: after.filter((row, index) => row.answer !== before[index]?.answer).length,
    },
  }
}

/** What is wrong with the candidate as it would be served; it was loaded and asked already when this is called. */
function servingProblems(packaged: string, candidate: ModelLocation, baseline: ModelLocation): string[] {
  const problems: string[] = []
  if (candidate.digest !== packaged)
    problems.push(`the staged artefact has the digest ${candidate.digest.slice(0, 12)}, packaged was ${packaged.slice(0, 12)}`)
  if (candidate.digest === baseline.digest) problems.push('the weights of the candidate are those of the baseline')
  return problems
}
