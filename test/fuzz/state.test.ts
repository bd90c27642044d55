import assert from 'node:assert/strict'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { readState, updateState } from '../../src/state/store.ts'
import { defaultState } from '../../src/state/state.ts'
import { campaign } from './campaign.ts'
import { damagedJson, damagedLines } from './damaged-json.ts'
import { fuzzedHome } from './fuzzed-home.ts'

const at = '2025-06-07T08:09:10.000Z'
const lastCycle = {
  id: 'cycle-20250102-000000',
  outcome: 'REFUSE',
  at,
  reasons: ['worse'],
  fingerprint: 'f:g',
  newly_pinned: 3,
  learnings_seen: 100,
}
const full = {
  ...{ ...defaultState, last_training_time: at, learnings_since_training: 7, current_model: 'genesis-20250102-000000', training_runs: 2 },
  ...{
    improvement_score: 0.93,
    last_check_time: at,
    open_cycle: 'cycle-20250103-000000',
    last_cycle: lastCycle,
    backoff: { until: at, doublings: 2 },
  },
  ...{
    pending_rollback: { from: 'a', to: 'b', at },
    probation: { release: 'a', at, end: 'warned', text: 't' },
    a_newer_field: { kept: [1] },
  },
}
const earlier = { last_training_time: '2025-06-07', learnings_since_training: 7, current_model: 'genesis-base', training_runs: 2 }

const count = (state: typeof defaultState): typeof defaultState => ({ ...state, training_runs: 3 })

test('a damaged state file is read, replaced or refused', async (t) => {
  const home = fuzzedHome(t)
  await campaign(t, damagedJson([full, earlier, defaultState]), async (content) => {
    rmSync(home.data, { recursive: true, force: true })
    mkdirSync(home.data)
    writeFileSync(home.state, content)
    const { problem } = await readState(home)
    await updateState(home, count)
    // What was written is a state again, and the change is in it.
    const after = await readState(home)
    assert.deepEqual([after.problem, after.state.training_runs], [undefined, 3])
    return problem === undefined ? 'read' : 'made anew'
  })
})

const release = {
  name: 'genesis-20250102-000000',
  cycle: 'cycle-20250102-000000',
  createdAt: at,
  deployedAt: at,
  rolledBackAt: null,
  improvementScore: 0.9,
}
const journal = [
  { event: 'opened', at },
  { event: 'step-finished', step: 'train', attempt: 1, at },
  { event: 'closed', ...lastCycle, id: undefined, backoff: { until: at, doublings: 1 } },
]

test('damaged releases and journals, from which a lost state is made anew, are read or refused', async (t) => {
  const home = fuzzedHome(t)
  const directories = { release: path.join(home.models, release.name), cycle: path.join(home.cycles, release.cycle) }
  for (const directory of Object.values(directories)) mkdirSync(directory, { recursive: true })
  const whole = {
    record: Buffer.from(JSON.stringify(release)),
    lines: Buffer.from(journal.map((line) => `${JSON.stringify(line)}\n`).join('')),
  }
  const inputs = fc.oneof(
    damagedJson([release]).map((record) => ({ ...whole, record })),
    damagedLines(journal).map((lines) => ({ ...whole, lines })),
  )
  await campaign(t, inputs, async ({ record, lines }) => {
    writeFileSync(path.join(directories.release, 'release.json'), record)
    writeFileSync(path.join(directories.cycle, 'journal.jsonl'), lines)
    await readState(home)
  })
})
