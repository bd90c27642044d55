import assert from 'node:assert/strict'
import { readdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, test } from 'node:test'
import { readLora } from '../../src/gguf/lora.ts'
import { openGguf } from '../../src/gguf/gguf-file.ts'
import { digestFile } from '../../src/state/files.ts'
import type { Trainer, TrainingJob, TrainingProgress, TrainingResult } from '../../src/trainers/port.ts'

/** What the suite needs of an implementation under test. */
export interface TrainerUnderTest {
  trainer: Trainer
  /** A small job of at least three steps, in a new directory that is the only content of its parent. The same work at each call. */
  makeJob: () => Promise<TrainingJob>
}

const never = new AbortController().signal

/** What every trainer must do that works inside `begin`; run against each implementation. */
export function describeTrainerContract(title: string, prepare: () => Promise<TrainerUnderTest>): void {
  describe(`${title} keeps the contract of Trainer`, () => {
    test('a training leaves an adapter that fits the base, and nothing outside its directory', async () => {
      const { trainer, makeJob } = await prepare()
      const job = await makeJob()
      assert.deepEqual(await trainer.preflight(job.base), [])
      const progress: TrainingProgress[] = []
      const result = await trained(trainer, job, (step) => progress.push(step))

      assert.equal(path.dirname(result.adapter), job.directory)
      assert.deepEqual(await readdir(path.dirname(job.directory)), [path.basename(job.directory)])
      const lora = await readLora(result.adapter)
      await lora.close()
      const base = await openGguf(job.base.path)
      await base.close()
      const targets = base.tensors.filter(({ name }) => job.settings.targetModules.some((module) => name.endsWith(`.${module}.weight`)))
      assert.deepEqual(lora.pairs.map(({ name }) => name).sort(), targets.map(({ name }) => name).sort())
      for (const pair of lora.pairs) {
        assert.deepEqual([...pair.shape], [...(targets.find(({ name }) => name === pair.name)?.shape ?? [])])
        assert.equal(pair.rank, job.settings.rank)
        assert.equal(pair.scale, job.settings.alpha / job.settings.rank)
      }
      assert.deepEqual(
        progress.map(({ step }) => step),
        Array.from({ length: result.steps }, (_, index) => index + 1),
      )
      assert.equal(progress.at(-1)?.timeLeftMs, 0)
    })

    test('what stands before an answer ends without it and holds the question', async () => {
      const { trainer, makeJob } = await prepare()
      const { base } = await makeJob()
      const { text } = await trainer.layout(base, [{ role: 'user', content: 'How long is a piece of string?' }])
      // A program lays it out as it likes.
      if (text !== null) assert.match(text, /How long is a piece of string\?/)
    })

    test('begin for a finished job does not train again', async () => {
      const { trainer, makeJob } = await prepare()
      const job = await makeJob()
      const first = await trained(trainer, job)
      const digest = await digestFile(first.adapter)
      const again = await trained(trainer, job, () => assert.fail('it trained again'))
      assert.deepEqual(again, first)
      assert.equal(await digestFile(again.adapter), digest)
    })

    test('the same job in another place gives the same adapter, byte for byte', async () => {
      const { trainer, makeJob } = await prepare()
      const [one, other] = [await trained(trainer, await makeJob()), await trained(trainer, await makeJob())]
      assert.notEqual(one.adapter, other.adapter)
      assert.equal(await digestFile(other.adapter), await digestFile(one.adapter))
    })

    test('stopped by its signal, it goes on where it was, to the same adapter', async () => {
      const { trainer, makeJob } = await prepare()
      const whole = await trained(trainer, await makeJob())
      const job = await makeJob()
      const stop = new AbortController()
      const stopping = trainer.begin(job, ({ step }) => step === 2 && stop.abort(), stop.signal)
      await assert.rejects(stopping, { code: 'GI-INTERRUPTED' })
      assert.deepEqual(await trainer.observe({ trainer: trainer.name, jobId: job.id }, job), { status: 'lost' })

      const steps: number[] = []
      const resumed = await trained(trainer, job, ({ step }) => steps.push(step))
      assert.equal(steps[0], 3)
      assert.equal(await digestFile(resumed.adapter), await digestFile(whole.adapter))
    })

    test('other training rows in the same directory are another training', async () => {
      const { trainer, makeJob } = await prepare()
      const job = await makeJob()
      const digest = await digestFile((await trained(trainer, job)).adapter)
      const row = { id: 'another', messages: [message('user', 'what is new?'), message('assistant', 'this row')] }
      await writeFile(job.trainFile, `${JSON.stringify(row)}\n`)
      assert.deepEqual(await trainer.observe({ trainer: trainer.name, jobId: job.id }, job), { status: 'lost' })
      assert.notEqual(await digestFile((await trained(trainer, job)).adapter), digest)
    })

    test('a signal that is aborted already stops it before the first step', async () => {
      const { trainer, makeJob } = await prepare()
      const begun = trainer.begin(await makeJob(), () => assert.fail('it trained'), AbortSignal.abort())
      await assert.rejects(begun, { code: 'GI-INTERRUPTED' })
    })
  })
}

const message = (role: string, content: string): { role: string; content: string } => ({ role, content })

async function trained(
  trainer: Trainer,
  job: TrainingJob,
  report: (progress: TrainingProgress) => void = () => undefined,
): Promise<TrainingResult> {
  const state = await trainer.observe(await trainer.begin(job, report, never), job)
  assert.equal(state.status, 'done')
  return (state as { result: TrainingResult }).result
}
