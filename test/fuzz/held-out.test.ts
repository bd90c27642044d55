import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { readDecisions, readRetired } from '../../src/cycle/held-out-files.ts'
import { readPinnedSet, writePinnedSet } from '../../src/cycle/pinned-set.ts'
import { PinnedItem } from '../../src/dataset/pinned-item.ts'
import { readItems } from '../../src/evaluation/read-items.ts'
import { readFates } from '../../src/learnings/fate-reading.ts'
import { readForgotten } from '../../src/learnings/forgotten.ts'
import { campaign } from './campaign.ts'
import { damagedJson, damagedLines } from './damaged-json.ts'
import { fuzzedHome } from './fuzzed-home.ts'

const pinnedBy = { origin: 'learning', release: 'genesis-base', cycle: 'cycle-20250601-000000' }
const pinned = [
  { id: 'p-1', input: 'How do I list open ports?', expected: 'ss -tlnp', ...pinnedBy, learningIds: ['l-1'] },
  {
    id: 'p-2',
    input: 'How many?',
    expected: '3',
    grader: { kind: 'numeric', tolerance: 0.1 },
    ...pinnedBy,
    origin: 'builtin',
    cluster: 'p-1',
  },
  {
    id: 'p-3',
    input: 'Which?',
    expected: '^s+$',
    grader: { kind: 'regex', flags: 'i' },
    ...pinnedBy,
    context: [{ role: 'user', content: 'x' }],
  },
].map((item) => PinnedItem.parse(item))

test('a damaged pinned set, or its seal, is refused unless it is as it was', async (t) => {
  const home = fuzzedHome(t)
  await writePinnedSet(home, pinned)
  const whole = { items: readFileSync(home.pinned), seal: readFileSync(home.pinnedSet) }
  await campaign(t, damagedLines(pinned), async (items) => {
    writeFileSync(home.pinned, items)
    await readPinnedSet(home)
  })
  writeFileSync(home.pinned, whole.items)
  await campaign(t, damagedJson([JSON.parse(whole.seal.toString()) as unknown]), async (seal) => {
    writeFileSync(home.pinnedSet, seal)
    await readPinnedSet(home)
  })
})

const items = [
  { id: 'g-1', input: 'q', expected: 'a' },
  { question: 'How many?', answer: 3, grader: 'numeric', category: 'numbers' },
  { prompt: 'As JSON', expected: { type: 'object', required: ['a'] }, grader: { kind: 'json-schema' } },
  { prompt: 'Which?', expected: '^(a|b)+$', grader: { type: 'regex', flags: 'i' }, context: [{ role: 'system', content: 'x' }] },
]

test("a damaged file of the user's own items is read or refused", async (t) => {
  const home = fuzzedHome(t)
  await campaign(t, damagedLines(items), async (content) => {
    writeFileSync(home.userGate, content)
    await readItems(home.userGate)
  })
})

const at = '2025-06-07T08:09:10.000Z'
const records = {
  holdout: [{ digest: 'a'.repeat(64), decision: 'pinned', release: 'genesis-base', cycle: 'cycle-20250601-000000', why: 'rate' }],
  retired: pinned.map((item) => ({ ...item, retiredAt: at, reason: 'it is wrong' })),
  forgotten: [{ id: 'l-1', fate: 'forgotten', at, reason: 'asked for', says: 'b'.repeat(64) }],
  fates: [
    { id: 'l-1', fate: 'used' },
    { id: 'l-2', fate: 'excluded', reason: 'too-long', simulated: true },
  ],
}

test('damaged records of decisions, retired items, forgotten learnings and fates are read or refused', async (t) => {
  const home = fuzzedHome(t)
  const fates = path.join(home.fates, 'cycle-20250601-000000.jsonl')
  mkdirSync(home.fates)
  const readers = [
    { lines: records.holdout, file: home.holdoutDecisions, read: async () => await readDecisions(home.holdoutDecisions) },
    { lines: records.retired, file: home.retired, read: async () => await readRetired(home.retired) },
    { lines: records.forgotten, file: home.forgotten, read: async () => await readForgotten(home) },
    { lines: records.fates, file: fates, read: async () => await readFates(home) },
  ]
  for (const { lines, file, read } of readers)
    await campaign(
      t,
      damagedLines(lines),
      async (content) => {
        writeFileSync(file, content)
        await read()
      },
      { share: 1 / readers.length },
    )
})
