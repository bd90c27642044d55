import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { PinnedItem } from '../../src/dataset/pinned-item.ts'
import { requireUntrained } from '../../src/dataset/require-untrained.ts'
import type { TrainingRow } from '../../src/dataset/rows.ts'
import { item } from './samples.ts'

const pinned = (input: string, changes: Partial<PinnedItem> = {}): PinnedItem => ({
  ...item('p', { input, expected: 'Paris' }),
  ...{ origin: 'learning', release: 'genesis-base', learningIds: ['held'], cycle: 'cycle-20250101-000000' },
  ...changes,
})
const row = (id: string, input: string, source: TrainingRow['source'] = 'learning'): TrainingRow => ({
  id,
  source,
  messages: [
    { role: 'user', content: input },
    { role: 'assistant', content: 'Paris' },
  ],
})
const france = pinned('What is the capital of France?')

describe('a candidate is not judged', () => {
  for (const [what, trained, why] of [
    ['that was trained on a held-out learning, whatever its text is now', row('held', 'something else'), /held is held out/],
    [
      'that was trained on the same question',
      row('other', 'what is the capital of FRANCE', 'corpus'),
      /corpus other is a held-out item: p/,
    ],
    ['that was trained on a near-duplicate', row('other', 'Please tell me what the capital of France is'), /near-duplicate.*: p/],
    ['when a row has no question to look at', { id: 'odd', source: 'corpus', messages: [] } satisfies TrainingRow, /odd has no question/],
  ] as const)
    test(what, () => assert.throws(() => requireUntrained([trained], [france]), { code: 'GI-HELD-OUT-LEAK', why }))
})

describe('a candidate is judged', () => {
  test('that was trained on other questions, and on corpus entries that bear the id of a held-out learning', () =>
    requireUntrained([row('other', 'What is the capital of Finland?'), row('held', 'Name a colour', 'corpus')], [france]))

  test('when placeholders alone make two questions alike', () => {
    const asked =
      'Please write a friendly reminder about the unpaid invoice to <email-1> and say that the payment was due last week on Monday, and that we would be glad to hear from them soon, whatever the reason may be'
    requireUntrained([row('other', asked.replace('email-1', 'email-2'))], [pinned(asked)])
  })
})
