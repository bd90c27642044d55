import type { EvaluationItem } from '../evaluation/item.ts'
import { ExactIndex } from './near-duplicates/exact-index.ts'
import { rememberShingles } from './near-duplicates/shingles.ts'
import { retirementOf } from './retired-item.ts'
import type { RetiredItem } from './retired-item.ts'
import { questionDigest } from './text-key.ts'

export interface OfferedGateItems {
  /** What is to be added. */
  offered: readonly EvaluationItem[]
  /** What stands in the user's gate file. */
  present: readonly EvaluationItem[]
  retired: readonly RetiredItem[]
  /** Questions that the release in production was trained on, with the id of their learning or corpus entry. */
  trained: readonly { id: string; input: string }[]
}

export interface SiftedItems {
  accepted: EvaluationItem[]
  refused: { id: string; input: string; reason: string }[]
}

/** Which items may join the gate: a question that is there already says nothing new, and one that was trained on flatters the model in production. */
export function siftOfferedItems({ offered, present, retired, trained }: OfferedGateItems): SiftedItems {
  const shinglesFor = rememberShingles()
  const index = new ExactIndex(trained.map(({ input }) => shinglesFor(input)))
  const ids = new Set(present.map(({ id }) => id))
  const questions = new Map(present.map((item) => [questionDigest(item.context, item.input), item.id]))
  const isRetired = retirementOf(retired)
  const sifted: SiftedItems = { accepted: [], refused: [] }
  for (const item of offered) {
    const question = questionDigest(item.context, item.input)
    const reason = reasonToRefuse(item, question)
    if (reason === undefined) {
      sifted.accepted.push(item)
      ids.add(item.id)
      questions.set(question, item.id)
    } else sifted.refused.push({ id: item.id, input: item.input, reason })
  }
  return sifted

  function reasonToRefuse(item: EvaluationItem, question: string): string | undefined {
    const same = questions.get(question)
    if (same !== undefined) return `asks the same as ${same}`
    if (ids.has(item.id)) return 'has the id of another item'
    if (isRetired(item)) return 'was retired'
    const near = trained[index.nearest(shinglesFor(item.input)) ?? -1]
    return near && `is a near-duplicate of ${near.id}, which the model in production was trained on`
  }
}
