import assert from 'node:assert/strict'
import { rm } from 'node:fs/promises'
import { test } from 'node:test'
import { Config } from '../../src/config/schema.ts'
import { readLora } from '../../src/gguf/lora.ts'
import { digestFile } from '../../src/state/files.ts'
import { engineTrainer } from '../../src/trainers/engine.ts'
import type { TrainingJob, TrainingResult } from '../../src/trainers/port.ts'
import { engine, smallJob } from './setup.ts'

const trainer = engineTrainer(Config.parse({}).trainer, engine)

async function trained(job: TrainingJob): Promise<TrainingResult> {
  const handle = await trainer.begin(job, () => undefined, new AbortController().signal)
  const state = await trainer.observe(handle, job)
  assert.equal(state.status, 'done')
  return (state as { result: TrainingResult }).result
}

test('adapters of earlier passes are kept when they are wanted: the last one is the same, and a lost one means to train again', async () => {
  const plain = await trained(await smallJob({ epochs: 2 }))
  assert.deepEqual(plain.checkpoints, [])
  const job: TrainingJob = { ...(await smallJob({ epochs: 2 })), keep: 2 }
  const { steps, adapter, checkpoints = [] } = await trained(job)
  assert.deepEqual(
    checkpoints.map(({ step }) => step),
    [Math.round(steps / 2)],
  )
  assert.equal(await digestFile(adapter), await digestFile(plain.adapter))
  const [kept] = checkpoints
  assert.ok(kept !== undefined)
  await (await readLora(kept.adapter)).close()
  assert.notEqual(await digestFile(kept.adapter), await digestFile(adapter))

  // A training that had stopped after its first pass gives this very adapter, since the schedule is that of the whole.
  const stop = new AbortController()
  const other: TrainingJob = { ...(await smallJob({ epochs: 2 })), keep: 2 }
  await assert.rejects(
    trainer.begin(other, ({ step }) => step === kept.step && stop.abort(), stop.signal),
    { code: 'GI-INTERRUPTED' },
  )
  const resumed = await trained(other)
  assert.equal(await digestFile(resumed.checkpoints?.[0]?.adapter ?? ''), await digestFile(kept.adapter))

  await rm(kept.adapter)
  assert.deepEqual(await trainer.observe({ trainer: 'engine', jobId: job.id }, job), { status: 'lost' })
})
