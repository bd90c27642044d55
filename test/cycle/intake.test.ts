import assert from 'node:assert/strict'
import { appendFileSync, copyFileSync, existsSync, readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { describe, test } from 'node:test'
import { readStatus } from '../../src/cycle/status.ts'
import { base, forgetful, hourMs, newPlace, readyPlace, Workplace } from './workplace.ts'

describe('what a cycle takes in', () => {
  test('successes are collected and get a fate as well: held out as retention items, or excluded', async () => {
    const place = readyPlace({ dataset: { retentionTarget: 110 } })
    place.succeed(30)
    await place.runToEnd()
    const fates = place.fates().filter(({ id }) => id.startsWith('keep asking'))
    assert.equal(fates.length, 30)
    assert.equal(place.fates().length, 130)
    const held = fates.filter(({ fate }) => fate === 'held-out').map(({ id }) => id)
    const pinned = place.pinned().filter(({ origin }) => origin === 'success')
    assert.deepEqual(held.sort(), pinned.flatMap(({ learningIds }) => learningIds).sort())
    for (const { fate, reason } of fates) if (fate !== 'held-out') assert.deepEqual([fate, typeof reason], ['excluded', 'string'])
    // Those successes were about the base: they say nothing about the release.
    assert.equal((await place.check()).triggers?.triggers[2]?.state, 'unknown')
    assert.match((await place.check()).explanation, /0 successes recorded/)
  })

  test('learnings that arrive during a cycle belong to the next: they have no fate and are counted', async () => {
    const place = readyPlace()
    await place.runUntilNext('prepare')
    place.learn(5, 'other')
    await place.runToEnd()
    const state = await place.state()
    assert.deepEqual([state.last_cycle?.outcome, state.learnings_since_training, state.last_cycle?.learnings_seen], ['DEPLOY', 5, 100])
    assert.equal(place.fates().length, 100)
    const status = await readStatus(place.workshop, place.config)
    assert.match(status.why_not_deployed ?? '', /^no cycle was due yet: 5 of 100 learnings/)
  })

  test('a cycle that did not deploy sees them as a change: the next may be opened after its backoff', async () => {
    const place = readyPlace()
    place.mind = forgetful
    await place.runUntilNext('prepare')
    place.learn(1, 'late')
    await place.runToEnd()
    place.nowMs += 25 * hourMs
    assert.equal((await place.check()).action, 'opened')
  })

  test('the base it was opened with: another file in its place fails it, one that is away for now is waited for', async () => {
    const place = readyPlace()
    const own = path.join(place.home.root, 'own.gguf')
    copyFileSync(base, own)
    place.config = { ...place.config, base: { gguf: own } }
    await place.runUntilNext('prepare')
    const away = place.copy()
    const aside = path.join(place.home.root, 'aside.gguf')
    copyFileSync(own, aside)
    appendFileSync(own, 'more')
    const failed = (await place.runToEnd()).at(-1)
    assert.deepEqual([failed?.step, failed?.outcome], ['prepare', 'FAILED'])
    assert.match((await place.state()).last_cycle?.reasons[0] ?? '', /not the one this cycle was opened with/)
    assert.equal(away.cycles().length, 1)
    rmSync(own)
    const waiting = await away.check()
    assert.deepEqual([waiting.waitingFor, waiting.error?.code, waiting.error?.exitCode], ['retry', 'GI-BASE-UNREADABLE', 12])
    copyFileSync(aside, own)
    assert.equal((await away.check()).outcome, 'finished')
  })

  test('a line of decisions that a full disk cut short is passed over, and what it was about is decided again', async () => {
    const place = readyPlace()
    await place.runUntilNext('prepare')
    const cut = place.copy()
    await place.runToEnd()
    const decisions = readFileSync(place.home.holdoutDecisions, 'utf8')
    appendFileSync(cut.home.holdoutDecisions, decisions.slice(0, decisions.length / 2 + 20))
    await cut.runToEnd()
    assert.equal((await cut.state()).last_cycle?.outcome, 'DEPLOY')
    assert.equal(cut.pinned().filter(({ origin }) => origin === 'learning').length, 40)
    assert.equal(cut.fates().length, 100)
  })

  test('nothing in a home where nothing is due: not even a directory of cycles', async () => {
    const place = new Workplace(newPlace())
    place.learn(99)
    const { action, explanation } = await place.check()
    assert.equal(action, 'none')
    assert.match(explanation, /^99 of 100 learnings; /)
    assert.equal(existsSync(place.home.cycles), false)
    assert.equal((await place.state()).learnings_since_training, 99)
  })
})
