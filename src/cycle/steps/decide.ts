import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { requireUntrained } from '../../dataset/require-untrained.ts'
import type { TrainingRow } from '../../dataset/rows.ts'
import { GenesisError } from '../../errors.ts'
import { judge } from '../../gate/judge.ts'
import type { FailureShare, Judgement } from '../../gate/judgement.ts'
import { estimatedLiveAccuracy } from '../../gate/live-accuracy.ts'
import { digestText, writeFileAtomic } from '../../state/files.ts'
import { jsonLinesOf } from '../../state/json-lines.ts'
import { attemptFile } from '../attempts.ts'
import type { Attempt } from '../attempts.ts'
import { pairedScores, readJudgedItems } from '../judged-item.ts'
import { nextAttemptOn } from '../next-attempt.ts'
import { readPreparedItems } from '../prepared-items.ts'
import { requireRemembered } from '../require-remembered.ts'
import { asTexts } from '../result.ts'
import type { StepContext, StepResult } from '../run-step.ts'

/** Asks the gate; the level is what earlier attempts on this baseline have left. */
export async function decide(context: StepContext): Promise<StepResult> {
  const { cycle } = context
  await requireRemembered(context)
  const pinned = await readPreparedItems(context.from('prepare'))
  requireUntrained(await trainedRows(context), pinned)
  const baseline = await readJudgedItems(path.join(context.from('evaluate'), 'baseline.jsonl'))
  const candidate = await readJudgedItems(path.join(context.from('evaluate'), 'candidate.jsonl'))
  const failureShare = context.resultOf('prepare')['failureShare'] as FailureShare
  const { number, alpha, wealth, freshShare } = await nextAttemptOn(context, cycle, pinned)
  const { minimumGain, margin } = cycle.config.gate
  const { servingProblems, behaviourProblems } = context.resultOf('evaluate')
  const judgement = withSimulationRule(
    judge({
      scores: pairedScores(baseline, candidate),
      failureShare,
      limits: { alpha, minimumGain, margin },
      checks: { serving: asTexts(servingProblems), behaviour: asTexts(behaviourProblems) },
    }),
    context.resultOf('collect')['simulated'] === 'mixed',
  )
  const attempt: Attempt = { baseline: cycle.baseline, alpha, judgedItemIds: baseline.map(({ id }) => id) }
  await writeFileAtomic(attemptFile(context.directory), `${JSON.stringify(attempt)}\n`)
  await writeFileAtomic(
    path.join(context.directory, 'verdict.json'),
    `${JSON.stringify({ ...judgement, attempt: { number, alpha, wealth, freshShare } }, null, 2)}\n`,
  )
  return {
    verdict: judgement.verdict,
    result: {
      verdict: judgement.verdict,
      reasons: judgement.reasons.map(({ text }) => text),
      estimate: judgement.estimate,
      lower: judgement.interval.lower,
      upper: judgement.interval.upper,
      alpha,
      baselineAccuracy: estimatedLiveAccuracy(baseline, failureShare.value),
      candidateAccuracy: estimatedLiveAccuracy(candidate, failureShare.value),
    },
  }
}

/**
 * What the trainer was given, unchanged since it was prepared.
 * @throws GenesisError GI-HELD-OUT-LEAK when it is another file: nobody knows then what the candidate has seen
 */
async function trainedRows(context: StepContext): Promise<TrainingRow[]> {
  const text = await readFile(path.join(context.from('prepare'), 'train.jsonl'), 'utf8')
  if (digestText(text) !== context.resultOf('prepare')['trainDigest'])
    throw new GenesisError('GI-HELD-OUT-LEAK', {
      what: 'prepare/train.jsonl was changed after it was prepared, so the candidate is not judged.',
      remedy: 'Run "genesis-improve trigger" to open a new cycle.',
    })
  return jsonLinesOf<TrainingRow>(text)
}

/** A model that learned from made-up corrections never reaches people who have real ones. */
function withSimulationRule(judgement: Judgement, mixed: boolean): Judgement {
  if (!mixed || judgement.verdict !== 'DEPLOY') return judgement
  const text = 'simulated learnings were among those collected in a home with real ones; such a cycle never deploys'
  return { ...judgement, verdict: 'ABSTAIN', reasons: [{ code: 'simulated-learnings', text }] }
}
