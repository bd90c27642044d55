import assert from 'node:assert/strict'
import { readdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, test } from 'node:test'
import { convertAdapter } from '../../src/adapters/convert.ts'
import { mergeLora } from '../../src/gguf/merge.ts'
import { digestFile } from '../../src/state/files.ts'
import type { TrainingProgress } from '../../src/trainers/port.ts'
import { base, engineAnswers, install, makeJob, model, never, referenceAnswers, runAgain, trainerWith, workplace } from './workplace.ts'

const python = await install('mlx')

describe('MLX-LM', () => {
  test('trains to a merged GGUF file that answers as MLX-LM itself does, and to the same adapter each time', async () => {
    const { trainer, config } = await trainerWith({ kind: 'mlx', epochs: 3 })
    const job = await makeJob(config)
    assert.deepEqual(await trainer.preflight(job.base), [])
    const said: TrainingProgress[] = []
    const state = await trainer.observe(await trainer.begin(job, (progress) => said.push(progress), never), job)
    assert.equal(state.status, 'done')
    const { adapter, steps } = (state as { result: { adapter: string; steps: number } }).result
    // 16 rows in batches of 4, three times.
    assert.equal(steps, 12)
    assert.deepEqual(
      said.map(({ step, totalSteps }) => [step, totalSteps]),
      Array.from({ length: 12 }, (_, index) => [index + 1, 12]),
    )

    runAgain(python, ['-m', 'mlx_lm', 'lora', '--config', path.join(job.directory, 'dataset', 'mlx.json')])
    const own = path.join(job.directory, 'output', 'attempt-0001-after-0')
    const converted = path.join(workplace, 'again.gguf')
    await convertAdapter({ directory: own, base, output: converted })
    assert.equal(await digestFile(converted), await digestFile(adapter))

    const merged = path.join(workplace, 'merged.gguf')
    await mergeLora({ base, adapter, output: merged })
    const answers = await engineAnswers(merged)
    assert.deepEqual(answers, referenceAnswers('mlx_answers.py', python, own))
    assert.notDeepEqual(answers, await engineAnswers(base))
  })

  test('stopped, it goes on from its newest checkpoint', async () => {
    const { trainer, config } = await trainerWith({ kind: 'mlx', steps: 10 })
    const job = await makeJob(config)
    const stop = new AbortController()
    const stopping = trainer.begin(job, ({ step }) => step === 4 && stop.abort(), stop.signal)
    await assert.rejects(stopping, { code: 'GI-INTERRUPTED' })
    const kept = readdirSync(path.join(job.directory, 'output'), { recursive: true }).filter((name) => String(name).includes('_adapters'))
    // What was being written when it was stopped is no checkpoint.
    writeFileSync(path.join(job.directory, 'output', 'attempt-0001-after-0', '0000009_adapters.safetensors'), 'half')
    const steps: number[] = []
    await trainer.begin(job, ({ step }) => steps.push(step), never)
    assert.equal(steps[0], kept.length + 1)
    assert.equal(steps.at(-1), 10)
  })

  test('says the true cause when it fails', async () => {
    const { trainer, config } = await trainerWith({ kind: 'mlx', steps: 2, extra: { optimizer: 'nothing' } })
    const job = await makeJob(config)
    await assert.rejects(
      trainer.begin(job, () => undefined, never),
      {
        ...{ code: 'GI-TRAINER-FAILED', why: 'ValueError: Unsupported optimizer: nothing' },
      },
    )
  })

  test('is given whole batches, and trains without a validation set', async () => {
    // It fails on fewer rows than a batch, and says nothing of a missing valid.jsonl.
    const { trainer, config } = await trainerWith({ kind: 'mlx', steps: 2, batchSize: 4 })
    const job = await makeJob(config, 5)
    rmSync(path.join(path.dirname(job.trainFile), 'valid.jsonl'))
    const state = await trainer.observe(await trainer.begin(job, () => undefined, never), job)
    assert.ok(state.status === 'done' && state.result.steps === 2)
  })

  test('that ends well with an adapter of no numbers, or one that changes nothing, has failed', async () => {
    // At the first step half of all gradients are 0, and Adam divides by the square root of their squares, and eps.
    const cases = [
      [{ extra: { optimizer_config: { adam: { eps: 0 } } } }, /no numbers/],
      [{ learningRate: 1e-300 }, /nothing/],
    ] as const
    for (const [settings, reason] of cases) {
      const { trainer, config } = await trainerWith({ kind: 'mlx', steps: 1, minimumLearningRate: 1e-300, ...settings })
      const begun = trainer.begin(await makeJob(config), () => undefined, never)
      await assert.rejects(begun, ({ code, why }: { code: string; why: string }) => code === 'GI-ADAPTER-INVALID' && reason.test(why))
    }
  })

  test('is refused before it trains: settings it would ignore, layers that are not there', async () => {
    const { trainer } = await trainerWith({ kind: 'mlx', extra: { learning_rat: 1 } })
    const [problem] = await trainer.preflight({ path: base })
    assert.equal(problem?.what, 'MLX-LM has no setting "learning_rat": did you mean "learning_rate"?')
    const { trainer: another } = await trainerWith({ kind: 'mlx', model: path.dirname(model) })
    assert.deepEqual(
      (await another.preflight({ path: base })).map(({ code }) => code),
      ['GI-MODEL-FOLDER'],
    )
  })
})
