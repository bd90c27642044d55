import path from 'node:path'
import type { Config } from '../config/schema.ts'
import { stratumOf } from '../dataset/pinned-item.ts'
import { GenesisError } from '../errors.ts'
import type { ScoredItem } from '../evaluation/grade-answers.ts'
import type { EvaluationItem, Stratum } from '../evaluation/item.ts'
import { checkSameConvention } from '../evaluation/prompt-convention.ts'
import { readItems } from '../evaluation/read-items.ts'
import { behaviourProblems } from '../gate/behaviour.ts'
import { failureShare, givenFailureShare } from '../gate/failure-share.ts'
import { judge } from '../gate/judge.ts'
import type { Judgement, PairedScore } from '../gate/judgement.ts'
import type { ModelLocation } from '../runtimes/port.ts'
import { readState } from '../state/store.ts'
import { locateAny } from './locate-any.ts'
import { lookAround } from './look.ts'
import { newestItems } from './own-sets.ts'
import type { Workshop } from './parts.ts'
import { scoreModel } from './score-model.ts'

export interface EvaluationQuestion {
  /** A release, `genesis-base`, or a GGUF file. */
  candidate: string
  /** The same; the model in production unless named. */
  baseline: string | undefined
  /** Files of items in the place of this home's own. */
  gateFile: string | undefined
  retentionFile: string | undefined
}

export interface ModelEvaluation {
  candidate: string
  baseline: string
  judgement: Judgement
  /** Every item with both answers, as `gate judge` and people read them. */
  rows: { id: string; stratum: Stratum; category: string; input: string; expected: string; baseline: Scored; candidate: Scored }[]
}

interface Scored {
  score: number
  answer: string
}

/** The level of a first attempt: looking at two models is none, and takes nothing from those of cycles. */
const alpha = 0.05

/**
 * Lets two models answer the same items and asks the gate about them. Nothing is deployed or recorded; answers are cached, so that an evaluation that was
 * interrupted goes on where it was.
 * @throws GenesisError GI-RELEASE-UNKNOWN, GI-GATE-DATA without items, GI-ITEMS-INVALID, and what keeps the runtime from answering
 */
export async function evaluateModels(workshop: Workshop, config: Config, question: EvaluationQuestion): Promise<ModelEvaluation> {
  const { state } = await readState(workshop.home)
  const parts = await workshop.parts(config)
  const [problem] = await parts.runtime.preflight()
  if (problem !== undefined) throw new GenesisError(problem.code, { what: problem.what, remedy: problem.remedy })
  const baselineName = question.baseline ?? state.current_model
  const [before, after] = [
    await locateAny(workshop, config, parts, baselineName),
    await locateAny(workshop, config, parts, question.candidate),
  ]
  const items = await itemsFor(workshop, question, state.current_model)
  const { maxTokens, contextLength, parallel } = config.runtime
  const decoding = { maxTokens, contextLength, parallel }
  checkSameConvention(await parts.runtime.promptConvention(before, decoding), await parts.runtime.promptConvention(after, decoding))

  const ask = async (who: string, model: ModelLocation): Promise<ScoredItem<Asked>[]> => {
    const report = (done: number, total: number): void =>
      workshop.report(null, null, { text: `${who} answers ${done} of ${total} items`, done, total, timeLeftMs: null })
    return await scoreModel(workshop, { config, runtime: parts.runtime, report }, model, items)
  }
  const [baseline, candidate] = [await ask(baselineName, before), await ask(question.candidate, after)]
  const given = config.gate.failureShare
  const share =
    given === undefined ? failureShare((await lookAround(workshop, config, state)).learnings.outcomes) : givenFailureShare(given)
  const rows = baseline.map((one, index) => rowOf(one, candidate[index]))
  const judgement = judge({
    scores: rows.map(({ id, stratum, category, input, expected, cluster, ...both }): PairedScore => ({
      ...{ id, stratum, category, cluster, baseline: both.baseline.score, candidate: both.candidate.score },
      texts: { input, expected, baseline: both.baseline.answer, candidate: both.candidate.answer },
    })),
    failureShare: share,
    limits: { alpha, minimumGain: config.gate.minimumGain, margin: config.gate.margin },
    checks: { behaviour: behaviourProblems(baseline.map((one, index) => pairOf(one, candidate[index]))) },
  })
  return { candidate: question.candidate, baseline: baselineName, judgement, rows }
}

type Asked = EvaluationItem & { stratum: Stratum; cluster: string | undefined }
type Row = ModelEvaluation['rows'][number] & { cluster: string | undefined }

function rowOf({ item, score, answer }: ScoredItem<Asked>, other: ScoredItem<Asked> | undefined): Row {
  const { id, stratum, category, input, expected, cluster } = item
  return {
    ...{ id, stratum, category, input, expected, cluster, baseline: { score, answer: answer.text } },
    candidate: { score: other?.score ?? NaN, answer: other?.answer.text ?? '' },
  }
}

const pairOf = ({ item, answer }: ScoredItem<Asked>, other: ScoredItem<Asked> | undefined) => ({
  ...{ stratum: item.stratum, expected: item.expected, baseline: answer, candidate: other?.answer ?? { text: '' } },
})

async function itemsFor(workshop: Workshop, { gateFile, retentionFile }: EvaluationQuestion, current: string): Promise<Asked[]> {
  if (gateFile === undefined && retentionFile === undefined) {
    const { items, clusters } = await newestItems(workshop)
    if (items.length > 0) return items.map((item) => ({ ...item, stratum: stratumOf(item, current), cluster: clusters.get(item.id) }))
    throw new GenesisError('GI-GATE-DATA', {
      what: 'There are no items to evaluate on yet.',
      why: 'no cycle has prepared any',
      remedy: 'Name a file of items with --set, or run a cycle first.',
    })
  }
  return [...(await fileItems(gateFile, 'gate')), ...(await fileItems(retentionFile, 'retention'))]
}

async function fileItems(file: string | undefined, stratum: Stratum): Promise<Asked[]> {
  if (file === undefined) return []
  const { items } = await readItems(path.resolve(file))
  if (items.length === 0) throw new GenesisError('GI-GATE-DATA', { what: `${file} holds no items.`, remedy: 'Name a JSONL file of items.' })
  // The same id may stand in both files.
  return items.map((item) => ({ ...item, id: `${stratum}:${item.id}`, stratum, cluster: undefined }))
}
