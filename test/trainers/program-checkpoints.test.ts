import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { checkpointsIn } from '../../src/trainers/program-checkpoints.ts'
import type { TrainingJob } from '../../src/trainers/port.ts'

const around = mkdtempSync(path.join(tmpdir(), 'genesis-checkpoints-'))
after(() => rmSync(around, { recursive: true, force: true }))

function place(name: string, folders: Record<string, string>): { job: TrainingJob; output: string; last: string } {
  const directory = path.join(around, name)
  const output = path.join(directory, 'output')
  for (const [folder, content] of Object.entries(folders)) {
    mkdirSync(path.join(output, folder), { recursive: true })
    writeFileSync(path.join(output, folder, 'adapter.gguf'), content)
  }
  mkdirSync(path.join(output, 'checkpoint-40'), { recursive: true })
  const last = path.join(output, 'adapter.gguf')
  writeFileSync(last, 'the last')
  return { job: { base: { path: 'base.gguf', digest: '' }, directory } as TrainingJob, output, last }
}

const folders = { 'checkpoint-5': 'five', 'checkpoint-10': 'ten', 'checkpoint-20': 'twenty', 'checkpoint-30': 'the last', other: 'other' }

test('the newest folders with a number of steps are kept, oldest first; the last adapter counts once', async () => {
  const { job, output, last } = place('three', folders)
  const kept = await checkpointsIn(output, { ...job, keep: 3 }, last)
  assert.deepEqual(
    kept.map(({ step, adapter }) => [step, path.dirname(adapter), readFileSync(adapter, 'utf8')]),
    [
      [10, path.join(job.directory, 'kept'), 'ten'],
      [20, path.join(job.directory, 'kept'), 'twenty'],
    ],
  )
})

test('without a wish for more than the last, or without folders, there is none', async () => {
  const { job, output, last } = place('one', folders)
  assert.deepEqual([await checkpointsIn(output, job, last), await checkpointsIn(output, { ...job, keep: 1 }, last)], [[], []])
  const empty = place('empty', {})
  assert.deepEqual(await checkpointsIn(empty.output, { ...empty.job, keep: 4 }, empty.last), [])
})
