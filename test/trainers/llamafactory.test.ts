import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { askingLayout } from '../../src/engine/render.ts'
import { layoutDifference } from '../../src/evaluation/prompt-layout.ts'
import { readGgufSummary } from '../../src/gguf/summary.ts'
import { llamafactoryKeys } from '../../src/trainers/llamafactory-keys.ts'
import type { TrainingJob } from '../../src/trainers/port.ts'
import { describeTransformersProgram } from './transformers-suite.ts'
import { askPython, base, makeJob, model, never, trainerWith } from './workplace.ts'

const python = await describeTransformersProgram({
  kind: 'llamafactory',
  title: 'LLaMA-Factory',
  args: (_method, dataset) => ['-m', 'llamafactory.launcher', path.join(dataset, 'llamafactory.yaml')],
})

/** What it says of the first row: the tokens that it trains on, and which of them count. */
function firstRowIn({ directory }: TrainingJob): { tokens: number[]; labels: number[] } {
  const log = readFileSync(path.join(directory, 'training.log'), 'utf8')
  const numbers = (name: string): number[] => JSON.parse(new RegExp(`^${name}:\n(\\[.*\\])$`, 'm').exec(log)?.[1] ?? '[]') as number[]
  return { tokens: numbers('input_ids'), labels: numbers('label_ids') }
}

for (const lossOn of ['answers', 'everything'] as const)
  test(`LLaMA-Factory trains on the tokens of the model's own chat template, and learns ${lossOn}`, async () => {
    const { trainer, config } = await trainerWith({ kind: 'llamafactory', steps: 1, lossOn })
    const job = await makeJob(config)
    await trainer.begin(job, () => undefined, never)
    const [row] = readFileSync(job.trainFile, 'utf8').split('\n')
    const { messages } = JSON.parse(row ?? '') as { messages: { role: 'user' | 'assistant'; content: string }[] }
    const { whole, asked } = askPython<{ whole: number[]; asked: number[] }>(python, 'template_tokens.py', [model], messages)
    const { tokens, labels } = firstRowIn(job)
    assert.deepEqual(tokens, whole)
    assert.deepEqual(tokens.slice(0, asked.length), asked)
    const masked = lossOn === 'answers' ? asked.length : 0
    assert.deepEqual(labels, [...Array.from({ length: masked }, () => -100), ...whole.slice(masked)])
    const question = messages.slice(0, -1)
    assert.equal(
      layoutDifference(await trainer.layout({ path: base }, question), askingLayout(await readGgufSummary(base), question)),
      null,
    )
  })

test('every setting of LLaMA-Factory is known, and no other', () => {
  const known = (method: 'sft' | 'dpo'): string[] => {
    const { open, ours } = llamafactoryKeys(method)
    return [...open, ...Object.keys(ours)].sort()
  }
  const real = [...new Set(askPython<string[]>(python, 'llamafactory_settings.py', [], null))].sort()
  assert.deepEqual(known('sft'), real)
  assert.deepEqual(known('dpo'), real)
})
