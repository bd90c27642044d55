import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { PinnedItem } from '../../dataset/pinned-item.ts'
import { requireUntrained } from '../../dataset/require-untrained.ts'
import type { TrainingRow } from '../../dataset/rows.ts'
import { GenesisError } from '../../errors.ts'
import { judge } from '../../gate/judge.ts'
import type { FailureShare, Judgement, PairedScore } from '../../gate/judgement.ts'
import { estimatedLiveAccuracy } from '../../gate/live-accuracy.ts'
import { digestText, writeFileAtomic } from '../../state/files.ts'
import { attemptFile } from '../attempts.ts'
import type { Attempt } from '../attempts.ts'
import { readJudgedItems } from '../judged-item.ts'
import type { JudgedItem } from '../judged-item.ts'
import { nextAttemptOn } from '../next-attempt.ts'
import { requireRemembered } from '../require-remembered.ts'
import { asTexts } from '../result.ts'
import type { StepContext, StepResult } from '../run-step.ts'

/** Asks the gate; the level is what earlier attempts on this baseline have left. */
export async function decide(context: StepContext): Promise<StepResult> {
  const { cycle } = context
  await requireRemembered(context)
  const pinned = await pinnedItems(context)
  requireUntrained(await trainedRows(context), pinned)
  const baseline = await readJudgedItems(path.join(context.from('evaluate'), 'baseline.jsonl'))
  const candidate = await readJudgedItems(path.join(context.from('evaluate'), 'candidate.jsonl'))
  const failureShare = context.resultOf('prepare')['failureShare'] as FailureShare
  const { number, alpha, wealth, freshShare } = await nextAttemptOn(context, cycle, pinned)
  const { minimumGain, margin } = cycle.config.gate
  const { servingProblems, behaviourProblems } = context.resultOf('evaluate')
  const judgement = withSimulationRule(
    judge({
      scores: paired(baseline, candidate),
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

async function pinnedItems(context: StepContext): Promise<PinnedItem[]> {
  const text = await readFile(path.join(context.from('prepare'), 'pinned.jsonl'), 'utf8')
  return text.split('\n').flatMap((line) => (line === '' ? [] : PinnedItem.parse(JSON.parse(line))))
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
  return text.split('\n').flatMap((line) => (line === '' ? [] : (JSON.parse(line) as TrainingRow)))
}

function paired(baseline: readonly JudgedItem[], candidate: readonly JudgedItem[]): PairedScore[] {
  const after = new Map(candidate.map((row) => [row.id, row]))
  return baseline.map(({ id, stratum, category, cluster, score, input, expected, answer }) => {
    const other = after.get(id)
    const texts = { input, expected, baseline: answer, candidate: other?.answer }
    return { id, stratum, category, cluster, baseline: score, candidate: other?.score ?? NaN, texts }
  })
}

/** A model that learned from made-up corrections never reaches people who have real ones. */
function withSimulationRule(judgement: Judgement, mixed: boolean): Judgement {
  if (!mixed || judgement.verdict !== 'DEPLOY') return judgement
  const text = 'simulated learnings were among those collected in a home with real ones; such a cycle never deploys'
  return { ...judgement, verdict: 'ABSTAIN', reasons: [{ code: 'simulated-learnings', text }] }
}
