// A training program as users write one: what FakeTrainer does, behind the folders and lines of the trainer "command".
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { TrainingJob } from '../../src/trainers/port.ts'
import { digestFile } from '../../src/state/files.ts'
import { FakeTrainer } from './fake-trainer.ts'

const { GENESIS_JOB = '', GENESIS_DATASET = '', GENESIS_OUTPUT = '', GENESIS_BASE = '' } = process.env
const { id, settings } = JSON.parse(readFileSync(GENESIS_JOB, 'utf8')) as Pick<TrainingJob, 'id' | 'settings'>
const base = { path: GENESIS_BASE, digest: await digestFile(GENESIS_BASE) }
const trainer = new FakeTrainer(3)
// Long enough to be stopped between two steps.
trainer.faults.afterEach = async (_step, signal) => await sleep(400, undefined, { signal })
await trainer.begin(
  { id, base, settings, trainFile: path.join(GENESIS_DATASET, 'train.jsonl'), directory: GENESIS_OUTPUT },
  ({ step, totalSteps, loss }) => console.log(JSON.stringify({ step, total: totalSteps, loss })),
  new AbortController().signal,
)
