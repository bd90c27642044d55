import assert from 'node:assert/strict'
import { appendFile, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { GenesisError } from '../../src/errors.ts'
import type { ErrorCode } from '../../src/errors.ts'
import { EvaluationItem } from '../../src/evaluation/item.ts'
import { checkSameConvention, promptConventionDigest } from '../../src/evaluation/prompt-convention.ts'
import { scoreItems } from '../../src/evaluation/grade-answers.ts'
import { answerItems } from '../../src/evaluation/run-items.ts'
import type { AnswerJob } from '../../src/evaluation/run-items.ts'
import type { PromptConvention } from '../../src/runtimes/port.ts'
import { FakeRuntime } from '../fakes/fake-runtime.ts'

let cacheDirectory = ''
beforeEach(async () => {
  cacheDirectory = await mkdtemp(path.join(os.tmpdir(), 'genesis-answers-'))
})
afterEach(async () => {
  await rm(cacheDirectory, { recursive: true, force: true })
})

const items = ['1+1', '1+2', '1+3', '1+4'].map((input) =>
  EvaluationItem.parse({ id: `id of ${input}`, input, expected: String(sumOf(input)) }),
)

function sumOf(question: string): number {
  return question.split('+').reduce((sum, term) => sum + Number(term), 0)
}

const runtimeOf = (answer: (question: string) => string = (question) => String(sumOf(question))) =>
  new FakeRuntime((question) => answer(question))
const answer = (runtime: FakeRuntime, changes: Partial<AnswerJob> = {}) =>
  answerItems({
    runtime,
    model: { path: 'model.gguf', digest: 'digest-of-model' },
    items,
    decoding: { maxTokens: 16, contextLength: 128, parallel: 2 },
    cacheDirectory,
    signal: new AbortController().signal,
    ...changes,
  })
const isError =
  (code: ErrorCode, why = /./) =>
  (error: unknown) =>
    error instanceof GenesisError && error.code === code && why.test(error.why ?? error.what)
const onlyFile = async (): Promise<string> => path.join(cacheDirectory, (await readdir(cacheDirectory))[0] ?? '')

describe('answering items', () => {
  test('gives every item its own answer, in whatever order they come, and scores them', async () => {
    const answers = await answer(runtimeOf((question) => (question === '1+3' ? 'five' : String(sumOf(question)))))
    assert.equal(answers.get('id of 1+2')?.text, '3')
    assert.deepEqual(
      (await scoreItems(items, answers, { commands: {}, homeRoot: '/' })).map(({ score }) => score),
      [1, 1, 0, 1],
    )
  })

  test('asks nothing twice: the second time all answers come from the cache', async () => {
    const runtime = runtimeOf()
    const first = await answer(runtime)
    const second = await answer(runtime)
    assert.equal(runtime.asked.length, 4)
    assert.deepEqual([...second].sort(), [...first].sort())
  })

  test('asks again for another model, runtime version or prompt convention', async () => {
    const runtime = runtimeOf()
    await answer(runtime)
    await answer(runtime, { model: { path: 'model.gguf', digest: 'another' } })
    assert.equal(runtime.asked.length, 8)
    runtime.versionText = 'fake 2'
    await answer(runtime)
    assert.equal(runtime.asked.length, 12)
    runtime.convention = { systemPrompt: 'be brief' }
    await answer(runtime)
    assert.equal(runtime.asked.length, 16)
    await answer(runtime, { decoding: { maxTokens: 32, contextLength: 128, parallel: 2 } })
    assert.equal(runtime.asked.length, 20)
  })

  test('asks again when only the context differs, and once when two items ask the same', async () => {
    const runtime = runtimeOf()
    const [first] = items as [EvaluationItem]
    const twin = { ...first, id: 'twin' }
    const inContext = { ...first, id: 'in context', context: [{ role: 'system' as const, content: 'be brief' }] }
    const answers = await answer(runtime, { items: [first, twin, inContext] })
    assert.deepEqual([...answers.keys()].sort(), ['id of 1+1', 'in context', 'twin'])
    assert.equal(answers.get('twin')?.id, 'twin')
    assert.equal(runtime.asked.length, 2)
  })

  test('keeps what arrived before a crash, and asks only the rest afterwards', async () => {
    const runtime = runtimeOf()
    runtime.faults = { crashAfter: 3 }
    await assert.rejects(answer(runtime), isError('GI-ENGINE-CRASHED'))
    runtime.faults = {}
    runtime.asked.length = 0
    await answer(runtime)
    assert.deepEqual(runtime.asked, ['1+1'])
  })

  test('stops when interrupted, keeping what arrived', async () => {
    const runtime = runtimeOf()
    const controller = new AbortController()
    runtime.faults = { afterEach: (answered) => (answered === 2 ? controller.abort() : undefined) }
    await assert.rejects(answer(runtime, { signal: controller.signal }), isError('GI-INTERRUPTED'))
    assert.equal((await readFile(await onlyFile(), 'utf8')).trim().split('\n').length, 2)
    await assert.rejects(answer(runtime, { signal: controller.signal }), isError('GI-INTERRUPTED'))
  })

  test('takes spoiled lines of the cache as not there, and writes behind a line that was cut short', async () => {
    const runtime = runtimeOf()
    await answer(runtime)
    const file = await onlyFile()
    const lines = (await readFile(file, 'utf8')).trim().split('\n')
    await writeFile(file, ['{"key":5}', lines[0], 'garbage \u0000', lines[1], lines[2], lines[3]?.slice(0, 30)].join('\n'))
    runtime.asked.length = 0
    await answer(runtime)
    assert.equal(runtime.asked.length, 1)
    await answer(runtime)
    assert.equal(runtime.asked.length, 1)
  })

  test('a cache that was emptied or has rubbish behind it does no harm', async () => {
    const runtime = runtimeOf()
    await answer(runtime)
    await truncate(await onlyFile(), 0)
    await answer(runtime)
    assert.equal(runtime.asked.length, 8)
    await appendFile(await onlyFile(), '\u0000\u0000\u0000')
    assert.equal((await answer(runtime)).size, 4)
    assert.equal(runtime.asked.length, 8)
  })

  test('reports how many items have their answer, cached ones first', async () => {
    const runtime = runtimeOf()
    await answer(runtime, { items: items.slice(0, 2) })
    const reported: [number, number][] = []
    await answer(runtime, { report: (done, total) => reported.push([done, total]) })
    assert.deepEqual(reported, [
      [1, 4],
      [2, 4],
      [3, 4],
      [4, 4],
    ])
  })

  test('of no items asks nothing', async () => assert.equal((await answer(runtimeOf(), { items: [] })).size, 0))
})

describe('a runtime that does not answer every question exactly once', () => {
  test('leaving one out is an error naming the item, never a score', async () => {
    const runtime = runtimeOf()
    runtime.faults = { leaveOut: (question) => question === '1+3' }
    await assert.rejects(answer(runtime), isError('GI-GATE-DATA', /1 of 4 questions got no answer: items "id of 1\+3"/))
  })

  test('answering twice, or a stranger, is an error', async () => {
    const runtime = runtimeOf()
    runtime.faults = { answerTwice: (question) => question === '1+3' }
    await assert.rejects(answer(runtime), isError('GI-GATE-DATA', /item "id of 1\+3" twice/))
    runtime.faults = { answerStranger: true }
    await assert.rejects(answer(runtime), isError('GI-GATE-DATA', /was not asked/))
  })
})

describe('prompt conventions', () => {
  const convention: PromptConvention = {
    chatTemplate: 'abc',
    systemPrompt: null,
    thinking: 'off',
    decoding: { temperature: 0, maxTokens: 16 },
  }

  test('have one digest for equal and another for different ones, whatever the order of their keys', () => {
    const { decoding, ...rest } = convention
    assert.equal(promptConventionDigest({ decoding, ...rest }), promptConventionDigest(convention))
    assert.notEqual(promptConventionDigest({ ...convention, systemPrompt: '' }), promptConventionDigest(convention))
    assert.notEqual(promptConventionDigest({ ...convention, thinking: 'on' }), promptConventionDigest(convention))
  })

  test('that differ make answers incomparable, and what differs is named', () => {
    checkSameConvention(convention, { ...convention })
    assert.throws(
      () => checkSameConvention(convention, { ...convention, chatTemplate: null, thinking: 'on' }),
      isError('GI-GATE-DATA', /they differ in chat template, thinking mode/),
    )
  })
})
