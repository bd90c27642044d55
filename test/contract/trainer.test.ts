import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after } from 'node:test'
import { digestFile } from '../../src/state/files.ts'
import { FakeTrainer } from '../fakes/fake-trainer.ts'
import { writeModel } from '../gguf/models.ts'
import { describeTrainerContract } from './trainer-contract.ts'

const made: string[] = []
after(() => Promise.all(made.map((directory) => rm(directory, { recursive: true, force: true }))))

describeTrainerContract('the fake trainer', async () => {
  const around = await mkdtemp(path.join(tmpdir(), 'genesis-trainer-'))
  made.push(around)
  const tensor = { shape: [8, 6], values: Float32Array.from({ length: 48 }, (_, index) => index / 48) }
  const base = await writeModel(around, 'base', { 'blk.0.attn_q.weight': tensor, 'blk.0.attn_k.weight': tensor })
  let jobs = 0
  return {
    trainer: new FakeTrainer(),
    async makeJob() {
      jobs += 1
      const directory = path.join(around, `job-${jobs}`, 'train')
      await mkdir(directory, { recursive: true })
      const trainFile = path.join(around, `train-${jobs}.jsonl`)
      await writeFile(trainFile, '{"id":"1","messages":[{"role":"user","content":"a"},{"role":"assistant","content":"b"}]}\n')
      const settings = { ...{ rank: 2, alpha: 4, targetModules: ['attn_q'] }, ...{ learningRate: 1, minimumLearningRate: 0.1 } }
      return {
        ...{ id: 'job', base: { path: base, digest: await digestFile(base) }, trainFile, directory },
        settings: { ...settings, epochs: 1, contextLength: 64, seed: 1 },
      }
    },
  }
})
