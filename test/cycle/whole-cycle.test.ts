import assert from 'node:assert/strict'
import { readdirSync, readlinkSync } from 'node:fs'
import path from 'node:path'
import { describe, test } from 'node:test'
import { readHistory } from '../../src/cycle/history.ts'
import { readCycle } from '../../src/cycle/show.ts'
import { readStatus } from '../../src/cycle/status.ts'
import { directoryServing } from '../../src/serving/directory.ts'
import { readRelease } from '../../src/serving/release-files.ts'
import { digestFile } from '../../src/state/files.ts'
import { hourMs, linesOf, readyPlace } from './workplace.ts'

describe('a cycle whose candidate is better', async () => {
  const place = readyPlace()
  const { home } = place
  const results = await place.runToEnd()
  const [cycle = ''] = place.cycles()
  const release = cycle.replace('cycle-', 'genesis-')

  test('is opened by one check and run by eight more, one step each; the next has nothing to do', async () => {
    assert.deepEqual(
      results.map(({ action, step, outcome, next }) => [action, step, outcome, next]),
      [
        ['opened', null, null, 'collect'],
        ['ran', 'collect', 'finished', 'prepare'],
        ['ran', 'prepare', 'finished', 'train'],
        ['ran', 'train', 'finished', 'package'],
        ['ran', 'package', 'finished', 'evaluate'],
        ['ran', 'evaluate', 'finished', 'decide'],
        ['ran', 'decide', 'DEPLOY', 'deploy'],
        ['ran', 'deploy', 'finished', 'conclude'],
        ['ran', 'conclude', 'DEPLOY', null],
      ],
    )
    assert.equal((await place.check()).action, 'none')
    assert.deepEqual(place.cycles(), [cycle])
  })

  test('loads the base once for what it is asked before training, and the candidate once', async () => {
    const other = readyPlace()
    const generate = other.runtime.generate.bind(other.runtime)
    const asked: number[] = []
    other.runtime.generate = (model, prompts, ...more) => {
      asked.push(prompts.length)
      return generate(model, prompts, ...more)
    }
    await other.runToEnd()
    assert.deepEqual(asked, [140, 140])
  })

  test('journals each step as started and then finished, with the digests of what it left', async () => {
    const events = place.events(cycle)
    const told = events.map((event) => ('step' in event ? `${event.event} ${event.step}` : event.event))
    const steps = ['collect', 'prepare', 'train', 'package', 'evaluate', 'decide', 'deploy', 'conclude']
    assert.deepEqual(told, ['opened', ...steps.flatMap((step) => [`step-started ${step}`, `step-finished ${step}`]), 'closed'])
    let files = 0
    for (const event of events) {
      if (event.event !== 'step-finished') continue
      const directory = path.join(home.cycles, cycle, event.step)
      const names = readdirSync(directory, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
      assert.equal(names.length, Object.keys(event.outputs).length, event.step)
      for (const [file, digest] of Object.entries(event.outputs)) {
        files += 1
        assert.equal(await digestFile(path.join(directory, file)), digest)
      }
    }
    assert.ok(files >= 12)
  })

  test('gives every learning a fate: of 100 corrections 40 held out and 60 used', () => {
    const fates = place.fates()
    assert.deepEqual(new Set(fates.map(({ id }) => id)), new Set(Array.from({ length: 100 }, (_, index) => `fix-${index}`)))
    assert.equal(fates.length, 100)
    assert.equal(fates.filter(({ fate }) => fate === 'held-out').length, 40)
    assert.equal(fates.filter(({ fate }) => fate === 'used').length, 60)
    const pinned = place.pinned().filter(({ origin }) => origin === 'learning')
    assert.deepEqual(
      pinned.flatMap(({ learningIds }) => learningIds).sort(),
      fates.flatMap(({ id, fate }) => (fate === 'held-out' ? [id] : [])).sort(),
    )
  })

  test('never trains on what it holds out', () => {
    const rows = ['train', 'valid'].flatMap((name) => linesOf(path.join(home.cycles, cycle, 'prepare', `${name}.jsonl`))) as {
      messages: { content: string }[]
    }[]
    const held = new Set((linesOf(home.pinned) as { input: string }[]).map(({ input }) => input))
    assert.equal(rows.length, 60)
    for (const { messages } of rows) assert.ok(!held.has(messages[0]?.content ?? ''))
  })

  test('leaves the state as promised: counter 0, one training, the release current, its estimated accuracy', async () => {
    const state = await place.state()
    const trained = place.events(cycle).find((event) => event.event === 'step-finished' && event.step === 'train')
    // The candidate answers everything: .2 x 1 + .8 x 1.
    assert.deepEqual(
      [state.learnings_since_training, state.training_runs, state.current_model, state.improvement_score, state.last_training_time],
      [0, 1, release, 1, trained?.at],
    )
    assert.deepEqual([state.open_cycle, state.last_trained_cycle, state.backoff, state.pending_rollback], [null, cycle, null, null])
    const { id, outcome, reasons, newly_pinned, learnings_seen } = state.last_cycle ?? {}
    assert.deepEqual([id, outcome, reasons, newly_pinned, learnings_seen], [cycle, 'DEPLOY', [], 40, 100])
  })

  test('serves what was judged, under a record that says where it came from', async () => {
    const packaged = place.events(cycle).find((event) => event.event === 'step-finished' && event.step === 'package')
    const digest = packaged?.event === 'step-finished' ? packaged.result['digest'] : null
    assert.deepEqual(await directoryServing(home).served(), { name: release, digest })
    assert.equal(readlinkSync(path.join(home.models, 'current')), release)
    assert.equal(await digestFile(path.join(home.models, release, 'model.gguf')), digest)
    const record = await readRelease(home, release)
    assert.deepEqual(
      [record?.digest, record?.cycle, record?.previous, record?.learnings.count, record?.verdict?.verdict, record?.improvementScore],
      [digest, cycle, 'genesis-base', 60, 'DEPLOY', 1],
    )
    assert.ok(record?.deployedAt)
    assert.equal(readdirSync(path.join(home.cycles, cycle)).includes('training'), false)
  })

  test('is told by history, show and status', async () => {
    const [summary] = await readHistory(place.workshop)
    assert.deepEqual([summary?.outcome, summary?.release, summary?.baseline, summary?.step], ['DEPLOY', release, 'genesis-base', null])
    const shown = await readCycle(place.workshop, cycle)
    // .2 of the requests are such as the base fails on, and the candidate answers them all.
    assert.ok(Math.abs((shown.estimate ?? 0) - 0.2) < 1e-9)
    assert.deepEqual(shown.accuracy, [
      { stratum: 'gate', items: 40, baseline: 0, candidate: 1 },
      { stratum: 'retention', items: 100, baseline: 1, candidate: 1 },
    ])
    assert.equal(shown.flips.length, 40)
    assert.deepEqual(new Set(shown.steps.map(({ status, attempts }) => `${status} ${attempts}`)), new Set(['finished 1']))
    const status = await readStatus(place.workshop, place.config)
    assert.deepEqual([status.should_trigger, status.cycle, status.why_not_deployed], [false, null, null])
  })

  test('is followed by one on the release when new corrections come, trained on the old ones as well', async () => {
    place.nowMs += hourMs
    place.learn(99, 'other')
    assert.equal((await place.check()).action, 'none')
    place.learn(1, 'other and last')
    await place.runToEnd()
    const second = place.cycles()[1] ?? ''
    const state = await place.state()
    const next = second.replace('cycle-', 'genesis-')
    assert.deepEqual([state.current_model, state.training_runs, state.learnings_since_training], [next, 2, 0])
    assert.equal((await readRelease(home, next))?.previous, release)
    const rows = linesOf(path.join(home.cycles, second, 'prepare', 'train.jsonl')) as { id: string }[]
    assert.ok(rows.some(({ id }) => id.startsWith('fix')) && rows.some(({ id }) => id.startsWith('other')))
    const shown = await readCycle(place.workshop, second)
    assert.deepEqual(
      shown.accuracy?.map(({ stratum, items }) => [stratum, items]),
      [
        ['gate', 40],
        ['regression', 40],
        ['retention', 100],
      ],
    )
  })
})
