import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { pinExample } from '../../src/dataset/pin.ts'
import type { PinnedItem } from '../../src/dataset/pinned-item.ts'
import { curate } from '../../src/dataset/curate.ts'
import { planDataset } from '../../src/dataset/plan.ts'
import { prepareDataset } from '../../src/dataset/prepare.ts'
import { gradersFrom } from '../../src/dataset/graded-by.ts'
import { mostRegressionItems, retireRegression } from '../../src/dataset/user-items.ts'
import { ask, corrections, inputOf } from './samples.ts'

const release = 'genesis-20250501-000000'
const learnings = corrections(mostRegressionItems + 2)
/** One regression item a learning; those of the lowest minutes are the oldest. */
const pinned: PinnedItem[] = curate(learnings).examples.map((example) => {
  const minute = Number(example.id.replace('learning-', ''))
  return pinExample(example, { release: 'genesis-base', cycle: `cycle-20250101-${String(100_000 + minute)}` }, gradersFrom({}))
})

describe('regression items beyond 300', () => {
  test('the oldest retire, become ordinary learnings, and it is written down', () => {
    const plan = planDataset(inputOf({ release, learnings, pinned }))
    const { items, decisions, fates, files } = prepareDataset(plan, ask(plan))
    assert.equal(items.filter(({ origin }) => origin === 'learning').length, 300)
    assert.equal(decisions.filter(({ why, decision }) => why === 'retired' && decision === 'training').length, 2)
    const used = fates.filter(({ fate }) => fate === 'used').map(({ id }) => id)
    assert.deepEqual(used.sort(), ['learning-0', 'learning-1'])
    const rows = `${files['train.jsonl']}${files['valid.jsonl']}`
      .split('\n')
      .flatMap((line) => (line === '' ? [] : (JSON.parse(line) as { id: string }).id))
    assert.deepEqual(rows.sort(), ['learning-0', 'learning-1'])
  })

  test('stay retired in the next cycle, whose decisions name them', () => {
    const first = prepareDataset(...planned(pinned, []))
    const second = prepareDataset(...planned(first.pinnedFile.items, first.decisions))
    assert.deepEqual(second.pinnedFile.items, first.pinnedFile.items)
    assert.deepEqual(second.decisions, [])
  })

  test('gate items, and items of the user, never retire', () => {
    const own = pinned.map((item): PinnedItem => ({ ...item, origin: 'user-gate' }))
    assert.equal(retireRegression(own, { release, cycle: 'cycle-20250601-000000' }).items.length, 302)
    assert.equal(retireRegression(pinned, { release: 'genesis-base', cycle: 'cycle-20250601-000000' }).items.length, 302)
  })
})

function planned(items: PinnedItem[], decisions: ReturnType<typeof prepareDataset>['decisions']): Parameters<typeof prepareDataset> {
  const plan = planDataset(inputOf({ release, learnings, pinned: items, decisions }))
  return [plan, ask(plan)]
}
