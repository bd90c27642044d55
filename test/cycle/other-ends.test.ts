import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { Chalk } from 'chalk'
import { readCycle } from '../../src/cycle/show.ts'
import { readStatus } from '../../src/cycle/status.ts'
import { GenesisError } from '../../src/errors.ts'
import { describeCycle } from '../../src/terminal/cycle.ts'
import { directoryServing } from '../../src/serving/directory.ts'
import { forgetful, hourMs, newPlace, readyPlace, Workplace } from './workplace.ts'

const outcomes = (results: { outcome: string | null }[]): (string | null)[] => results.map(({ outcome }) => outcome)

describe('a candidate that forgets what the base knew', async () => {
  const place = readyPlace()
  place.mind = forgetful
  const results = await place.runToEnd()
  const [cycle = ''] = place.cycles()

  test('is refused and not deployed: conclude follows decide', async () => {
    assert.deepEqual(outcomes(results).slice(-2), ['REFUSE', 'REFUSE'])
    assert.deepEqual(
      results.map(({ step }) => step),
      [null, 'collect', 'prepare', 'train', 'package', 'evaluate', 'decide', 'conclude'],
    )
    assert.equal(await directoryServing(place.home).served(), null)
    assert.equal(await directoryServing(place.home).locate(cycle.replace('cycle-', 'genesis-')), null)
  })

  test('was trained all the same: one training counted, the counter not reset, the score that of the base', async () => {
    const state = await place.state()
    // 40 of the 100 are held out; the base answers all retention items and no gate item: .2 x 0 + .8 x 1.
    assert.deepEqual(
      [state.training_runs, state.learnings_since_training, state.current_model, state.improvement_score],
      [1, 60, 'genesis-base', 0.8],
    )
    assert.deepEqual([place.fates(), state.last_cycle?.outcome, state.last_cycle?.newly_pinned], [[], 'REFUSE', 40])
    assert.match(state.last_cycle?.reasons.join() ?? '', /retention/i)
  })

  test('show names the worst lost items with both answers, in lines that fit a terminal', async () => {
    const shown = await readCycle(place.workshop, cycle)
    const reason = shown.judgement?.reasons.find(({ code }) => code === 'retention-lost')
    assert.equal(reason?.items?.length, 3)
    for (const { stratum, difference, input = '', expected, baseline, candidate } of reason?.items ?? []) {
      assert.deepEqual(
        [stratum, difference, expected, baseline, candidate],
        ['retention', -1, `answer to ${input}`, expected, 'something else'],
      )
    }
    const text = describeCycle(shown, new Chalk({ level: 0 }))
    assert.match(text, /- The candidate is worse: [^]*?asked +keep number \d[^]*?expected +answer to keep[^]*?candidate something else/)
    assert.equal([...text.matchAll(/asked +keep number 0/g)].length, 1, 'an item is shown once')
    for (const line of text.split('\n')) assert.ok(line.length <= 80, line)
  })

  test('backs off 24 hours, and then is not made again from the same learnings', async () => {
    const closedAt = Date.parse((await place.state()).last_cycle?.at ?? '')
    assert.ok(Math.abs(Date.parse((await place.state()).backoff?.until ?? '') - closedAt - 24 * hourMs) < 1000)
    const waiting = await place.check()
    assert.deepEqual([waiting.action, waiting.triggers?.due], ['none', true])
    assert.match(waiting.explanation, /^Backing off until /)
    place.nowMs += 25 * hourMs
    assert.match((await place.check()).explanation, /^No learning, base or setting has changed since cycle .* which ended REFUSE$/)
    const status = await readStatus(place.workshop, place.config)
    assert.equal(status.should_trigger, false)
    assert.match(status.why_not_deployed ?? '', /ended with REFUSE: /)
  })

  test('one more learning opens the next, which backs off 48 hours when it is refused as well', async () => {
    place.learn(1, 'another')
    assert.equal((await place.check()).action, 'opened')
    await place.runToEnd()
    const state = await place.state()
    assert.equal(state.training_runs, 2)
    assert.ok(Math.abs(Date.parse(state.backoff?.until ?? '') - Date.parse(state.last_cycle?.at ?? '') - 48 * hourMs) < 1000)
  })
})

describe('30 corrections and nothing else', async () => {
  const place = new Workplace(newPlace(), { triggers: { learnings: 30 }, dataset: { retentionTarget: 0 } })
  place.learn(30)
  const results = await place.runToEnd()

  test('end with ABSTAIN, untrained, after prepare, and say what is missing', async () => {
    assert.deepEqual(
      results.map(({ step, outcome }) => [step, outcome]),
      [
        [null, null],
        ['collect', 'finished'],
        ['prepare', 'ABSTAIN'],
        ['conclude', 'ABSTAIN'],
      ],
    )
    assert.equal(place.trainer.steps, 0)
    const state = await place.state()
    assert.deepEqual([state.training_runs, state.last_training_time, state.backoff], [0, null, null])
    assert.match(state.last_cycle?.reasons[0] ?? '', /^Not trained/)
    const status = await readStatus(place.workshop, place.config)
    assert.match(status.why_not_deployed ?? '', /ended with ABSTAIN: Not trained/)
  })

  test('wait for a quarter of the threshold in new learnings', async () => {
    assert.match((await place.check()).explanation, /^No learning, base or setting has changed/)
    place.learn(7, 'seven')
    assert.match((await place.check()).explanation, /^Waiting for new learnings .*: 7 of 8$/)
    place.learn(1, 'eighth')
    assert.equal((await place.check()).action, 'opened')
  })
})

describe('a step that fails', () => {
  test('a model that is asked in another layout than it would be trained in is never trained: the difference is named', async () => {
    const place = readyPlace()
    place.runtime.layoutText = (text) => `You are helpful. ${text}`
    const last = (await place.runToEnd()).at(-1)
    assert.equal(last?.step, 'prepare')
    assert.match((await place.state()).last_cycle?.reasons.join() ?? '', /another chat layout .*asked with "You are helpful\. /)
    assert.equal(place.trainer.steps, 0)
  })

  test('for good makes the cycle FAILED: reason kept, learnings untouched, a backoff', async () => {
    const place = readyPlace()
    const learnings = readFileSync(place.home.learningsJsonl)
    place.replace = (parts) => ({
      ...parts,
      trainer: Object.assign(Object.create(place.trainer) as typeof place.trainer, {
        begin: () => Promise.reject(new GenesisError('GI-ENGINE-REFUSED', { why: 'the shapes do not fit' })),
      }),
    })
    const last = (await place.runToEnd()).at(-1)
    assert.deepEqual([last?.action, last?.outcome, last?.error?.code, last?.error?.exitCode], ['failed', 'FAILED', 'GI-STEP-FAILED', 20])
    const state = await place.state()
    assert.deepEqual(state.last_cycle?.reasons, ['train: The engine refused the work. (the shapes do not fit)'])
    assert.deepEqual([state.last_cycle?.outcome, state.training_runs, state.open_cycle], ['FAILED', 0, null])
    assert.notEqual(state.backoff, null)
    assert.deepEqual(readFileSync(place.home.learningsJsonl), learnings)
    assert.deepEqual(place.fates(), [])
  })

  test('for now is tried again by the next check, as its second attempt, and leaves no trace', async () => {
    const place = readyPlace()
    await place.runUntilNext('train')
    place.trainer.faults = { crashBefore: 3 }
    const failed = await place.check()
    assert.deepEqual(
      [failed.action, failed.waitingFor, failed.step, failed.next, failed.error?.exitCode],
      ['failed', 'retry', 'train', 'train', 12],
    )
    const status = await readStatus(place.workshop, place.config)
    assert.deepEqual([status.cycle?.status, status.cycle?.step], ['retrying', 'train'])
    place.trainer.faults = {}
    const again = await place.check()
    assert.deepEqual([again.action, again.outcome], ['resumed', 'finished'])
    // Two steps of four before the crash, two after it: it went on where it was.
    assert.equal(place.trainer.steps, 4)
    await place.runToEnd()
    const state = await place.state()
    assert.deepEqual([state.last_cycle?.outcome, state.training_runs], ['DEPLOY', 1])
  })

  test('for now ten times in a row fails the cycle, and what it held out still counts for the trigger', async () => {
    const place = readyPlace()
    // Without retention items to ask about first, learnings are held out; then the baseline's answers to those cannot be had.
    place.retain(0)
    place.config.dataset.retentionTarget = 0
    place.runtime.generate = failingOn(place, new GenesisError('GI-ENGINE-CRASHED'))
    const results = await place.runToEnd()
    assert.equal(results.length, 12)
    assert.deepEqual(
      new Set(results.slice(2, 11).map(({ action, waitingFor }) => `${action} ${waitingFor ?? ''}`)),
      new Set(['failed retry']),
    )
    const state = await place.state()
    assert.deepEqual([state.last_cycle?.outcome, state.last_cycle?.newly_pinned, state.learnings_since_training], ['FAILED', 40, 60])
    place.nowMs += 25 * hourMs
    const next = await place.check()
    assert.deepEqual([next.triggers?.due, next.triggers?.triggers[0]?.value], [true, 100])
  })
})

function failingOn(place: Workplace, error: GenesisError): Workplace['runtime']['generate'] {
  const generate = place.runtime.generate.bind(place.runtime)
  return async function* (model, prompts, options, signal) {
    if (prompts.some(({ messages }) => messages.at(-1)?.content.startsWith('fix'))) throw error
    yield* generate(model, prompts, options, signal)
  }
}
