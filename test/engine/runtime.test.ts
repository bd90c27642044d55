import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { test } from 'node:test'
import { Config } from '../../src/config/schema.ts'
import { engineRuntime } from '../../src/runtimes/engine.ts'
import { digestFile } from '../../src/state/files.ts'
import { describeRuntimeContract } from '../contract/runtime-contract.ts'
import type { Answer } from '../../src/runtimes/port.ts'
import { demoBase, engine } from './setup.ts'

const runtime = engineRuntime(Config.parse({}).runtime, engine)
const model = { path: demoBase, digest: await digestFile(demoBase) }
const items = (await readFile(path.join(path.dirname(demoBase), 'gate.jsonl'), 'utf8')).trim().split('\n')
const questions = items.slice(0, 24).map((line) => (JSON.parse(line) as { input: string }).input)
const never = new AbortController().signal

describeRuntimeContract('the runtime "engine"', async () => ({ runtime, model, questions: questions.slice(0, 12) }))

async function answersTo(
  inputs: readonly string[],
  decoding: { maxTokens: number; contextLength: number; parallel: number },
): Promise<Map<string, Answer>> {
  const prompts = inputs.map((content, index) => ({ id: String(index), messages: [{ role: 'user' as const, content }] }))
  const answers = new Map<string, Answer>()
  for await (const answer of runtime.generate(model, prompts, decoding, never)) answers.set(answer.id, answer)
  return answers
}

test('how many questions are answered at a time does not change the answers', async () => {
  const one = await answersTo(questions, { maxTokens: 24, contextLength: 256, parallel: 1 })
  const many = await answersTo(questions, { maxTokens: 24, contextLength: 256, parallel: 8 })
  for (const [id, { text }] of one) assert.equal(many.get(id)?.text, text)
})

test('the answer ends with "stop" when the model ended it and with "length" when the limit did', async () => {
  const whole = await answersTo(['what do i run to see what is in the backend folder?'], { maxTokens: 24, contextLength: 256, parallel: 2 })
  assert.deepEqual(whole.get('0'), { id: '0', text: 'ls -la backend', finish: 'stop' })
  const cut = await answersTo(['what do i run to see what is in the backend folder?'], { maxTokens: 2, contextLength: 256, parallel: 2 })
  assert.equal(cut.get('0')?.finish, 'length')
})

test('a question that does not fit into the context is an error that names it', async () => {
  const long = 'list files in the backend folder and '.repeat(40)
  await assert.rejects(
    answersTo(['hello', long], { maxTokens: 8, contextLength: 64, parallel: 2 }),
    (error: { code?: string; why?: string }) => {
      assert.equal(error.code, 'GI-PROMPT-TOO-LONG')
      assert.match(error.why ?? '', /item 1 /)
      return true
    },
  )
})
