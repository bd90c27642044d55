import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, test } from 'node:test'
import { evaluateModels } from '../../src/cycle/evaluate-models.ts'
import type { EvaluationQuestion, ModelEvaluation } from '../../src/cycle/evaluate-models.ts'
import { FakeRuntime } from '../fakes/fake-runtime.ts'
import { answerTo, base, newPlace, readyPlace, Workplace } from './workplace.ts'

async function evaluation(place: Workplace, question: Partial<EvaluationQuestion>): Promise<ModelEvaluation> {
  const nothing = { candidate: '', baseline: undefined, gateFile: undefined, retentionFile: undefined }
  return await evaluateModels(place.workshop, place.config, { ...nothing, ...question })
}

function itemFile(place: Workplace, name: string, questions: readonly string[]): string {
  const file = path.join(place.home.root, name)
  writeFileSync(
    file,
    questions.map((input, index) => `${JSON.stringify({ id: String(index), input, expected: answerTo(input) })}\n`).join(''),
  )
  return file
}
const numbered = (text: string, count: number): string[] => Array.from({ length: count }, (_, index) => `${text} number ${index}`)

describe('evaluating two models', () => {
  test("a release against the base, on this home's own items, gives the verdict of its cycle and records nothing", async () => {
    const place = readyPlace()
    await place.runToEnd()
    const before = await place.state()
    const { judgement, answers, baseline } = await evaluation(place, { candidate: before.current_model, baseline: 'genesis-base' })
    assert.equal(baseline, 'genesis-base')
    assert.equal(judgement.verdict, 'DEPLOY')
    // They failed under the base, which is the baseline here.
    assert.deepEqual([judgement.strata.gate.gains, judgement.strata.gate.losses], [40, 0])
    assert.deepEqual([answers.baseline.length, answers.candidate.length], [140, 140])
    const corrected = answers.baseline.find(({ id }) => id.startsWith('learning:'))
    assert.deepEqual([corrected?.score, corrected?.answer], [0, 'something else'])
    assert.deepEqual(await place.state(), before)
    const asked = place.runtime.asked.length
    await evaluation(place, { candidate: before.current_model, baseline: 'genesis-base' })
    assert.equal(place.runtime.asked.length, asked, 'answers are cached')
  })

  test('items of files: gate and retention, whose ids may be the same', async () => {
    const place = readyPlace()
    await place.runToEnd()
    const { judgement } = await evaluation(place, {
      candidate: (await place.state()).current_model,
      baseline: 'genesis-base',
      gateFile: itemFile(place, 'gate-items.jsonl', numbered('fix', 40)),
      retentionFile: itemFile(place, 'keep-items.jsonl', numbered('keep', 100)),
    })
    assert.equal(judgement.verdict, 'DEPLOY')
    assert.deepEqual([judgement.strata.gate.n, judgement.strata.retention.n], [40, 100])
  })

  test('a GGUF file against itself makes no difference', async () => {
    const place = new Workplace(newPlace())
    const gateFile = itemFile(place, 'gate-items.jsonl', numbered('fix', 30))
    const { judgement } = await evaluation(place, { candidate: base, baseline: base, gateFile })
    assert.ok(judgement.reasons.some(({ code }) => code === 'no-difference'))
  })

  test('an unknown release, a missing file, no items, a broken file and a server that serves are told apart', async () => {
    const place = new Workplace(newPlace())
    const gateFile = itemFile(place, 'gate-items.jsonl', numbered('fix', 3))
    await assert.rejects(evaluation(place, { candidate: 'genesis-20200101-000000', gateFile }), { code: 'GI-RELEASE-UNKNOWN' })
    await assert.rejects(evaluation(place, { candidate: 'missing.gguf', gateFile }), { code: 'GI-GGUF-UNREADABLE' })
    await assert.rejects(evaluation(place, { candidate: 'genesis-base' }), { code: 'GI-GATE-DATA' })
    writeFileSync(path.join(place.home.root, 'broken.jsonl'), 'broken\n')
    const broken = path.join(place.home.root, 'broken.jsonl')
    await assert.rejects(evaluation(place, { candidate: 'genesis-base', gateFile: broken }), { code: 'GI-ITEMS-INVALID' })
    const served = new Workplace(newPlace(), { serving: { kind: 'ollama' } })
    await assert.rejects(evaluation(served, { candidate: base, gateFile }), { code: 'GI-USAGE' })
  })

  test('a way of answering that breaks is a reason to refuse here as well', async () => {
    const place = readyPlace()
    await place.runToEnd()
    const { current_model: release } = await place.state()
    const leaking = new FakeRuntime((question, { digest }) => (digest === place.generations[0] ? answerTo(question) : '<|im_start|>'))
    leaking.versionText = 'leaking 1'
    place.replace = (parts) => ({ ...parts, runtime: leaking })
    const { judgement } = await evaluation(place, { candidate: release, baseline: 'genesis-base' })
    assert.match(
      judgement.reasons.find(({ code }) => code === 'behaviour')?.text ?? '',
      /140 more answers of 140 hold tokens of the chat template/,
    )
  })
})
