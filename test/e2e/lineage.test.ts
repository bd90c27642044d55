import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { readyPlace } from '../cycle/workplace.ts'
import { failing, genesis, genesisJson } from './program.ts'

describe('show and forget, through the program', async () => {
  const place = readyPlace()
  writeFileSync(place.home.learningsJson, JSON.stringify({ learnings: [{ id: 'theirs', input: 'their question', correction: 'x' }] }))
  await place.runToEnd()
  const [cycle = ''] = place.cycles()
  const release = cycle.replace('cycle-', 'genesis-')
  const at = ['--home', place.home.root]
  const used = place.fates().find(({ fate, id }) => fate === 'used' && id.startsWith('fix'))?.id ?? ''
  const heldOut = place.fates().find(({ fate }) => fate === 'held-out')?.id ?? ''

  test('show RELEASE leads to what it was made from', async () => {
    const shown = await genesisJson<{ trainedOn: { learnings: string[] }; trainer: object; problems: string[] }>(['show', release, ...at])
    assert.ok(shown.trainedOn.learnings.includes(used) && !shown.trainedOn.learnings.includes(heldOut))
    assert.deepEqual(shown.problems, [])
    const { stdout } = await genesis(['show', release, ...at])
    assert.match(stdout, new RegExp(`^${release}\\n  Cycle +${cycle}; deployed .* after\\s+genesis-base`))
    assert.match(stdout, /Trained on +6\d learnings: /)
    for (const line of stdout.split('\n')) assert.ok(line.length <= 80, line)
    await failing(['show', 'genesis-20200101-000000', ...at], 10, 'GI-RELEASE-UNKNOWN')
  })

  test('show LEARNING leads to its fate, cycles and releases; show CYCLE stays as it was', async () => {
    const shown = await genesisJson<{ fate: string; cycles: { release: string; trained: boolean }[] }>(['show', used, ...at])
    assert.deepEqual([shown.fate, shown.cycles[0]?.release, shown.cycles[0]?.trained], ['used', release, true])
    const { stdout } = await genesis(['show', heldOut, ...at])
    assert.match(stdout, /held-out[^]*Item +learning:\w+ is pinned/)
    assert.equal((await genesisJson(['show', ...at]))['id'], cycle)
    const error = await failing(['show', 'fix-1000', ...at], 10, 'GI-CYCLE-UNKNOWN')
    assert.match(error.why ?? '', /fix-100?|fix-10/)
  })

  test('forget takes learnings of both files out, names the releases, and shows it', async () => {
    const before = (await genesisJson(['status', ...at]))['learnings_since_training']
    const forgotten = await genesisJson(['forget', used, '--reason', 'not ours', ...at])
    assert.deepEqual(forgotten, { id: used, forgotten: true, items: [], releases: [release], openCycle: null })
    assert.match(
      (await genesis(['forget', heldOut, ...at])).stdout,
      /is forgotten[^]*No longer pinned: learning:\w+[^]*No release was trained on it/,
    )
    assert.equal((await genesisJson(['forget', 'theirs', ...at]))['forgotten'], true)
    const status = await genesisJson(['status', ...at])
    assert.deepEqual([status['forgotten'], status['learnings_since_training']], [3, before])
    assert.match((await genesis(['status', ...at])).stdout, /Learnings +0 waiting; 3 forgotten/)
    const shown = await genesisJson<{ fate: string; reason: string }>(['show', used, ...at])
    assert.deepEqual([shown.fate, shown.reason], ['forgotten', 'not ours'])
    assert.deepEqual((await genesisJson<{ forgotten: string[] }>(['show', release, ...at])).forgotten, [used, 'theirs'])
    assert.match((await genesis(['show', release, ...at])).stdout, /Forgotten +2 learnings/)
  })

  test('forget of what is not there: exit 10 with ids that are near, as words and as JSON', async () => {
    const error = await failing(['forget', 'thiers', ...at], 10, 'GI-LEARNING-UNKNOWN')
    assert.equal(error.what, 'There is no learning with the id "thiers".')
    const near = await failing(['forget', 'fix-999', ...at], 10, 'GI-LEARNING-UNKNOWN')
    assert.match(near.why ?? '', /ids like it: fix-/)
    await failing(['forget', ...at], 2, 'GI-USAGE')
  })
})
