import assert from 'node:assert/strict'
import { rmSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import fc from 'fast-check'
import { Config } from '../../src/config/schema.ts'
import { readCorpusEntry } from '../../src/corpora/entry.ts'
import { planDataset } from '../../src/dataset/plan.ts'
import { prepareDataset } from '../../src/dataset/prepare.ts'
import { retentionToAsk } from '../../src/dataset/retention.ts'
import { countLearnings } from '../../src/learnings/counting.ts'
import type { Learning } from '../../src/learnings/learning.ts'
import { parseLearningInput } from '../../src/learnings/new-learning.ts'
import { readLearnings } from '../../src/learnings/reading.ts'
import { impatient } from '../learnings/temporary-home.ts'
import { campaign } from './campaign.ts'
import { damagedJson, damagedLines } from './damaged-json.ts'
import { fuzzedHome } from './fuzzed-home.ts'

const turns = [
  { role: 'system', content: 'Be short.' },
  { role: 'user', content: 'Which port does ssh use?' },
  { from: 'gpt', value: [{ text: '2' }, { text: '2' }] },
]
const entries = [
  {
    id: 'l-1',
    input: 'How do I list open ports?',
    output: 'netstat',
    correction: 'ss -tlnp',
    category: 'network',
    timestamp: '2025-06-07T08:09:10Z',
  },
  { id: 'l-2', type: 'error', prompt: 'Show free memory', error: 'it failed', fix: 'free -h', created_at: 1749283750, source: 'chat' },
  { id: 'l-3', kind: 'success', question: 'Who am I?', answer: 'whoami', context: turns.slice(0, 1), at: 1749283750123 },
  { messages: turns, chosen: [{ role: 'assistant', content: '22' }], rejected: '21' },
  { instruction: 'Translate', input: 'good morning', expected: 'guten Morgen', kind: 'pattern', note: { kept: [1, 2] } },
]
const settings = Config.parse({}).dataset

/** What a cycle would make of them. */
function prepare(learnings: readonly Learning[], successes: readonly Learning[]): void {
  const corpus = entries.map(readCorpusEntry).filter((entry) => typeof entry !== 'string')
  const plan = planDataset({
    ...{
      cycle: 'cycle-20250601-000000',
      release: 'genesis-base',
      learnings,
      successes,
      corpus,
      userGate: [],
      userRetention: [],
      builtin: [],
    },
    ...{ pinned: [], simulatedPinned: [], decisions: [], settings },
  })
  const scores = new Map<string, number>()
  for (let next = retentionToAsk(plan.retention, scores); next.length > 0; next = retentionToAsk(plan.retention, scores))
    for (const { id } of next) scores.set(id, 1)
  prepareDataset(plan, scores)
}

for (const [name, inputs] of [
  ['json', fc.oneof(damagedJson([{ learnings: entries, version: 2 }, entries]))],
  ['jsonl', damagedLines(entries)],
] as const)
  test(`every entry of a damaged learnings file (${name}) is read or counted as unusable, and what is usable can be prepared`, async (t) => {
    const home = fuzzedHome(t)
    await campaign(t, inputs, async (content) => {
      rmSync(home.cache, { recursive: true, force: true })
      writeFileSync(name === 'json' ? home.learningsJson : home.learningsJsonl, content)
      const usable: Learning[] = []
      const successes: Learning[] = []
      let given = 0
      const reading = readLearnings(home, { patience: impatient })
      for await (const { learning, usability } of reading) {
        given += 1
        if (usability.usable) usable.push(learning)
        else if (learning.kind === 'success') successes.push(learning)
      }
      const counts = await countLearnings(home, { patience: impatient })
      assert.deepEqual([counts.usable, counts.unusable], [usable.length, reading.report.unusable])
      assert.ok(given <= counts.total)
      prepare(usable, successes)
      return counts.unusable.count > 0 ? 'some unusable' : 'read'
    })
  })

test('what "learn" gets on its standard input is read or refused', async (t) => {
  await campaign(t, damagedJson(entries), (content) => {
    parseLearningInput(content.toString('utf8'))
  })
})
