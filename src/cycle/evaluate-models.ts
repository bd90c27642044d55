import path from 'node:path'
import type { Config } from '../config/schema.ts'
import { stratumOf } from '../dataset/pinned-item.ts'
import { GenesisError } from '../errors.ts'
import type { EvaluationItem, Stratum } from '../evaluation/item.ts'
import { checkSameConvention } from '../evaluation/prompt-convention.ts'
import { readItems } from '../evaluation/read-items.ts'
import { behaviourProblems } from '../gate/behaviour.ts'
import { judge } from '../gate/judge.ts'
import type { Judgement } from '../gate/judgement.ts'
import type { ModelLocation } from '../runtimes/port.ts'
import { readState } from '../state/store.ts'
import { answerPairs, judgedItem, pairedScores } from './judged-item.ts'
import type { JudgedItem } from './judged-item.ts'
import { locateAny } from './locate-any.ts'
import { newestItems } from './own-sets.ts'
import type { Workshop } from './parts.ts'
import { scoreModel } from './score-model.ts'
import { shareOf } from './share-of.ts'

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
  /** What each of them answered, in the same order. */
  answers: { baseline: JudgedItem[]; candidate: JudgedItem[] }
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
  const items = await itemsFor(workshop, question, baselineName)
  const { maxTokens, contextLength, parallel } = config.runtime
  const decoding = { maxTokens, contextLength, parallel }
  checkSameConvention(await parts.runtime.promptConvention(before, decoding), await parts.runtime.promptConvention(after, decoding))

  const ask = async (who: string, model: ModelLocation): Promise<JudgedItem[]> => {
    const report = (done: number, total: number): void =>
      workshop.report(null, null, { text: `${who} answers ${done} of ${total} items`, done, total, timeLeftMs: null })
    const scored = await scoreModel(workshop, { config, runtime: parts.runtime, report }, model, items)
    return scored.map((one) => judgedItem(one, one.item.stratum))
  }
  const [baseline, candidate] = [await ask(baselineName, before), await ask(question.candidate, after)]
  const judgement = judge({
    scores: pairedScores(baseline, candidate),
    failureShare: await shareOf(workshop, config),
    limits: { alpha, minimumGain: config.gate.minimumGain, margin: config.gate.margin },
    checks: { behaviour: behaviourProblems(answerPairs(baseline, candidate)) },
  })
  return { candidate: question.candidate, baseline: baselineName, judgement, answers: { baseline, candidate } }
}

type Asked = EvaluationItem & { stratum: Stratum; cluster?: string | undefined }

async function itemsFor(workshop: Workshop, { gateFile, retentionFile }: EvaluationQuestion, baseline: string): Promise<Asked[]> {
  if (gateFile === undefined && retentionFile === undefined) {
    const { items } = await newestItems(workshop)
    if (items.length > 0) return items.map((item) => ({ ...item, stratum: stratumOf(item, baseline) }))
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
  return items.map((item) => ({ ...item, id: `${stratum}:${item.id}`, stratum }))
}
