import assert from 'node:assert/strict'
import { appendFileSync, readdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, test } from 'node:test'
import { readCycle } from '../../src/cycle/show.ts'
import { readRelease } from '../../src/serving/release-files.ts'
import { describeTuning } from '../../src/terminal/tuning.ts'
import type { Tuning } from '../../src/tuning/tuning.ts'
import { answerTo, linesOf, newPlace, Workplace } from './workplace.ts'

const scales = [1, 0.85, 0.7, 0.55, 0.4]

/** 150 corrections and 100 pinned retention items, and a corpus that the base knows. */
function place(trainer: object): Workplace {
  const made = new Workplace(newPlace(), { trainer: { rank: 2, alpha: 4, targetModules: ['attn_q'], ...trainer } })
  made.learn(150)
  made.retain(100)
  const corpus = Array.from({ length: 300 }, (_, index) => ({ input: `keep old ${index}`, output: answerTo(`keep old ${index}`) }))
  writeFileSync(path.join(made.home.data, 'corpus.jsonl'), corpus.map((entry) => `${JSON.stringify(entry)}\n`).join(''))
  return made
}

/** The first candidate that is asked forgets an eighth of what was known, later ones nothing; from the third on they have learned less and less. */
const mindOfScales: Workplace['mind'] = (question, generation) => {
  const number = Number(/\d+$/.exec(question)?.[0] ?? 0)
  if (question.startsWith('keep')) return generation !== 1 || number % 8 !== 0
  return generation === 1 || generation === 2 || (generation > 2 && number % generation === 0)
}

interface Packaged {
  loraScale: number
  checkpoint: number
  tuning: Tuning
}

function packaged(made: Workplace): Packaged {
  const event = made.events(made.cycles()[0] ?? '').find((one) => one.event === 'step-finished' && one.step === 'package')
  assert.equal(event?.event, 'step-finished')
  return (event as { result: unknown }).result as Packaged
}

const preparedFile = (made: Workplace, name: string): string => path.join(made.home.cycles, made.cycles()[0] ?? '', 'prepare', name)
const questionsIn = (file: string): string[] => linesOf(file).map((line) => (line as { input: string }).input)

describe('with trainer.loraScale "auto"', () => {
  test('the scale that keeps what was known and has learned most is merged, and everything tried is on record', async () => {
    const made = place({ loraScale: 'auto' })
    made.mind = mindOfScales
    await made.runToEnd()
    const { loraScale, checkpoint, tuning } = packaged(made)
    assert.equal(loraScale, 0.85)
    assert.equal(checkpoint, 4)
    assert.deepEqual(
      tuning.trials.map(({ scale }) => scale),
      scales,
    )
    const [first, second] = tuning.trials
    assert.ok((first?.retention ?? 1) < 1)
    assert.deepEqual([second?.correction, second?.retention], [1, 1])
    assert.equal((await made.state()).last_cycle?.outcome, 'DEPLOY')
    const shown = await readCycle(made.workshop, made.cycles()[0] ?? '')
    assert.ok(shown.tuning !== null)
    const text = describeTuning(shown.tuning)
    assert.match(text, /^ +4 +0\.85 +100\.0% +100\.0% +taken$/m)
    assert.equal(text.match(/taken/g)?.length, 1)
    for (const line of text.split('\n')) assert.ok(line.length <= 80, line)
  })

  test('no pinned item is asked before the scale is chosen, and none that was trained on', async () => {
    const made = place({ loraScale: 'auto' })
    await made.runUntilNext('package')
    made.runtime.asked.length = 0
    await made.check()
    const asked = new Set(made.runtime.asked)
    assert.ok(asked.size > 100)
    for (const question of questionsIn(preparedFile(made, 'pinned.jsonl'))) assert.equal(asked.has(question), false, question)
    for (const line of linesOf(preparedFile(made, 'train.jsonl'))) {
      const { messages } = line as { messages: { content: string }[] }
      assert.equal(asked.has(messages.at(-2)?.content ?? ''), false)
    }
  })

  test('a pinned item among the questions to choose by stops the step before anything is asked', async () => {
    const made = place({ loraScale: 'auto' })
    await made.runUntilNext('package')
    const [pinned] = linesOf(preparedFile(made, 'pinned.jsonl')) as object[]
    appendFileSync(preparedFile(made, 'validation-items.jsonl'), `${JSON.stringify({ ...pinned, kind: 'retention' })}\n`)
    made.runtime.asked.length = 0
    assert.equal((await made.check()).error?.code, 'GI-STEP-FAILED')
    const failed = made.events(made.cycles()[0] ?? '').find(({ event }) => event === 'step-failed')
    assert.equal(failed?.event === 'step-failed' && failed.error.code, 'GI-HELD-OUT-LEAK')
    assert.deepEqual(made.runtime.asked, [])
  })

  test('stopped between two trials, the step asks nothing twice and leaves no file of a trial', async () => {
    const made = place({ loraScale: 'auto' })
    made.mind = mindOfScales
    await made.runUntilNext('package')
    made.runtime.asked.length = 0
    made.runtime.faults.afterEach = (answered) => {
      if (answered === 30 && made.runtime.asked.length > 500) made.stop.abort()
    }
    await assert.rejects(made.check(), { code: 'GI-INTERRUPTED' })
    const before = made.runtime.asked.length
    made.runtime.faults = {}
    made.stop = new AbortController()
    assert.equal((await made.check()).next, 'evaluate')
    const { tuning, loraScale } = packaged(made)
    assert.equal(loraScale, 0.85)
    const asides = linesOf(preparedFile(made, 'validation-items.jsonl')).filter((line) => (line as { kind: string }).kind === 'retention')
    // The baseline answers the retention questions; each of five scales what it knew of them, and the corrections.
    assert.equal(made.runtime.asked.length, asides.length + scales.length * (tuning.corrections + tuning.retention))
    assert.ok(before > 500 && before < made.runtime.asked.length)
    assert.deepEqual(readdirSync(path.join(made.home.cycles, made.cycles()[0] ?? '', 'package')), [])
  })

  test('with too few questions nothing is tried, the whole adapter is merged, and the reason is on record', async () => {
    const made = new Workplace(newPlace(), { trainer: { rank: 2, alpha: 4, targetModules: ['attn_q'], loraScale: 'auto' } })
    made.learn(100)
    made.retain(100)
    await made.runUntilNext('evaluate')
    const { loraScale, tuning } = packaged(made)
    assert.equal(loraScale, 1)
    assert.deepEqual(tuning.trials, [])
    assert.match(tuning.problem ?? '', /^\d+ corrections and \d+ retention questions are set aside; at least 10 and 50 are needed/)
  })
})

describe('with trainer.checkpoints', () => {
  test('the best of the kept adapters is taken, at the configured scale, and the release names its digest', async () => {
    const made = place({ checkpoints: 3, loraScale: 0.5 })
    made.mind = mindOfScales
    await made.runToEnd()
    const { loraScale, checkpoint, tuning } = packaged(made)
    // Kept are the steps 2, 3 and 4, oldest first; the first one asked forgets.
    assert.deepEqual([loraScale, checkpoint], [0.5, 3])
    assert.deepEqual(
      tuning.trials.map(({ step, scale }) => [step, scale]),
      [
        [2, 0.5],
        [3, 0.5],
        [4, 0.5],
      ],
    )
    const trained = made.events(made.cycles()[0] ?? '').find((one) => one.event === 'step-finished' && one.step === 'train')
    assert.ok(trained?.event === 'step-finished')
    const checkpoints = trained.result['checkpoints'] as { step: number; digest: string }[]
    const release = await readRelease(made.home, (await made.state()).current_model)
    assert.equal(release?.adapterDigest, checkpoints.find(({ step }) => step === 3)?.digest)
  })
})
