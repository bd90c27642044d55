import { itemKey } from '../evaluation/graders.ts'
import type { EvaluationItem } from '../evaluation/item.ts'
import type { HoldoutDecision } from './decision.ts'
import type { Occasion } from './pin.ts'
import { stratumOf } from './pinned-item.ts'
import type { PinnedItem } from './pinned-item.ts'
import { compareText, inputDigest, questionDigest } from './text-key.ts'

export interface OfferedItems {
  userGate: readonly EvaluationItem[]
  userRetention: readonly EvaluationItem[]
  builtin: readonly EvaluationItem[]
}

/**
 * Brings the pinned items in step with the files they came from. The user's gate items are pinned as they are, with the release under which they
 * were first seen; they take the place of a pinned item about the same question. What its owner took away or changed is no longer pinned.
 */
export function followOfferedItems(pinned: readonly PinnedItem[], offered: OfferedItems, occasion: Occasion): PinnedItem[] {
  const keys = { 'user-retention': keysOf(offered.userRetention), builtin: keysOf(offered.builtin) }
  const items = new Map<string, PinnedItem>()
  const before = new Map(pinned.map((item) => [questionDigest(item.context, item.input), item]))
  for (const [question, item] of before) {
    if (item.origin === 'user-gate') continue
    if (item.origin === 'user-retention' || item.origin === 'builtin') {
      if (!keys[item.origin].has(itemKey(item))) continue
    }
    items.set(question, item)
  }
  const seen = new Set<string>()
  for (const item of offered.userGate) {
    const question = questionDigest(item.context, item.input)
    if (seen.has(question)) continue
    seen.add(question)
    const old = before.get(question)
    const first = old && (old.origin === 'learning' || old.origin === 'user-gate') ? old : occasion
    items.set(question, {
      ...item,
      id: `user-gate:${item.id}`,
      origin: 'user-gate',
      release: first.release,
      cycle: first.cycle,
      learningIds: [],
    })
  }
  return [...items.values()]
}

const keysOf = (items: readonly EvaluationItem[]): Set<string> => new Set(items.map(itemKey))

/** Regression items kept; older ones become ordinary learnings again (design, section 5.1). */
export const mostRegressionItems = 300

/** Retires the oldest regression items made from learnings, by cycle and then id, until `most` are left. */
export function retireRegression(
  items: readonly PinnedItem[],
  occasion: Occasion,
  most = mostRegressionItems,
): { items: PinnedItem[]; decisions: HoldoutDecision[] } {
  const regression = items.filter((item) => stratumOf(item, occasion.release) === 'regression')
  const oldestFirst = regression
    .filter((item) => item.origin === 'learning')
    .sort((left, right) => compareText(left.cycle, right.cycle) || compareText(left.id, right.id))
  const retired = new Set(oldestFirst.slice(0, Math.max(0, regression.length - most)))
  return {
    items: items.filter((item) => !retired.has(item)),
    decisions: [...retired].map((item) => ({
      digest: inputDigest(item.input),
      decision: 'training',
      release: occasion.release,
      cycle: occasion.cycle,
      why: 'retired',
    })),
  }
}
