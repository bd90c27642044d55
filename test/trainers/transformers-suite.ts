import assert from 'node:assert/strict'
import path from 'node:path'
import { describe, test } from 'node:test'
import { convertAdapter } from '../../src/adapters/convert.ts'
import type { PythonTrainer } from '../../src/config/python-trainer.ts'
import { mergeLora } from '../../src/gguf/merge.ts'
import { digestFile } from '../../src/state/files.ts'
import { trainerCaches } from '../../src/trainers/transformers-trainer.ts'
import { base, engineAnswers, install, makeJob, never, referenceAnswers, runAgain, trainerWith, workplace } from './workplace.ts'

interface TransformersProgram {
  kind: PythonTrainer
  title: string
  /** Its own command line, on the files that a run of ours left in `dataset`. */
  args: (method: 'sft' | 'dpo', dataset: string) => string[]
}

/** What every program around the Trainer of transformers has to do, run for real; its Python. */
export async function describeTransformersProgram({ kind, title, args }: TransformersProgram): Promise<string> {
  const python = await install(kind)

  describe(title, () => {
    for (const method of ['sft', 'dpo'] as const)
      test(`trains by ${method} to a merged GGUF file that answers as transformers and PEFT do`, async () => {
        const { trainer, config } = await trainerWith({ kind, method, steps: 12, learningRate: 0.02 })
        const job = await makeJob(config)
        assert.deepEqual(await trainer.preflight(job.base), [])
        const steps: number[] = []
        const state = await trainer.observe(await trainer.begin(job, ({ step }) => steps.push(step), never), job)
        assert.equal(state.status, 'done')
        assert.deepEqual(
          steps,
          Array.from({ length: 12 }, (_, index) => index + 1),
        )
        const { adapter } = (state as { result: { adapter: string } }).result

        const dataset = path.join(job.directory, 'dataset')
        runAgain(python, args(method, dataset), trainerCaches(dataset))
        const own = path.join(job.directory, 'output', 'attempt-0001-after-0')
        const [converted, merged] = [path.join(workplace, `${method}-again.gguf`), path.join(workplace, `${method}-merged.gguf`)]
        await convertAdapter({ directory: own, base, output: converted })
        assert.equal(await digestFile(converted), await digestFile(adapter))
        await mergeLora({ base, adapter, output: merged })
        const answers = await engineAnswers(merged)
        assert.deepEqual(answers, referenceAnswers('peft_answers.py', python, own))
        // A few steps on the answers change too little to be seen in these.
        if (method === 'dpo') assert.notDeepEqual(answers, await engineAnswers(base))
      })

    test('stopped, it goes on from its newest whole checkpoint to the very same adapter', async () => {
      const { trainer, config } = await trainerWith({ kind, steps: 5 })
      const [job, whole] = [await makeJob(config), await makeJob(config)]
      const stop = new AbortController()
      await assert.rejects(
        trainer.begin(job, ({ step }) => step === 4 && stop.abort(), stop.signal),
        { code: 'GI-INTERRUPTED' },
      )
      const steps: number[] = []
      const [resumed, straight] = [
        await trainer.observe(await trainer.begin(job, ({ step }) => steps.push(step), never), job),
        await trainer.observe(await trainer.begin(whole, () => undefined, never), whole),
      ]
      assert.ok((steps[0] ?? 0) > 1, String(steps))
      assert.equal(steps.at(-1), 5)
      assert.ok(resumed.status === 'done' && straight.status === 'done')
      assert.equal(await digestFile(resumed.result.adapter), await digestFile(straight.result.adapter))
    })

    test('says the true cause when it fails', async () => {
      const { trainer, config } = await trainerWith({ kind, steps: 2, extra: { optim: 'nothing' } })
      const begun = trainer.begin(await makeJob(config), () => undefined, never)
      await assert.rejects(begun, ({ code, why }: { code: string; why: string }) => code === 'GI-TRAINER-FAILED' && /nothing/.test(why))
    })

    test('that ends well with an adapter of no numbers has failed', async () => {
      // At the first step half of all gradients are 0, and Adam divides by the square root of their squares, and this.
      const { trainer, config } = await trainerWith({ kind, steps: 1, extra: { adam_epsilon: 0 } })
      const begun = trainer.begin(await makeJob(config), () => undefined, never)
      await assert.rejects(begun, ({ code, why }: { code: string; why: string }) => code === 'GI-ADAPTER-INVALID' && /no numbers/.test(why))
    })
  })
  return python
}
