import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { truncate, readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { after, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { Config } from '../../src/config/schema.ts'
import { digestFile } from '../../src/state/files.ts'
import { packageRoot } from '../../src/system/package-root.ts'
import { engineTrainer } from '../../src/trainers/engine.ts'
import type { TrainingJob, TrainingResult } from '../../src/trainers/port.ts'
import { copyOfJob, engine, smallJob } from './setup.ts'

const never = new AbortController().signal
const trainer = engineTrainer(Config.parse({}).trainer, engine)
const children: ChildProcess[] = []
after(() => children.forEach((child) => child.kill('SIGKILL')))

/** Starts a training in a process of its own; settles when it has done so many steps. */
async function startedTraining(job: TrainingJob, steps: number): Promise<{ child: ChildProcess; ended: Promise<string> }> {
  const child = spawn(process.execPath, ['--import', 'tsx', 'test/engine/training-child.ts', JSON.stringify({ job, engine })], {
    ...{ cwd: packageRoot(), stdio: ['ignore', 'pipe', 'inherit'] as const },
  })
  children.push(child)
  let said = ''
  const ended = new Promise<string>((resolve) => child.on('close', () => resolve(said)))
  await new Promise<void>((resolve) => {
    child.stdout?.on('data', (chunk: Buffer) => {
      said += chunk.toString()
      if (said.includes(`step ${steps}\n`)) resolve()
    })
    void ended.then(() => resolve())
  })
  return { child, ended }
}

/** Ids of workers that run with this test's worker file. */
async function workers(): Promise<number[]> {
  const ids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const lines = await Promise.all(
    ids.map(async (id) => ({ id: Number(id), line: await readFile(`/proc/${id}/cmdline`, 'utf8').catch(() => '') })),
  )
  return lines.filter(({ line }) => line.includes(engine.workerFile) && line.includes(`${path.sep}bin${path.sep}bare`)).map(({ id }) => id)
}

async function goneWithin(milliseconds: number): Promise<boolean> {
  for (let waited = 0; waited < milliseconds; waited += 50) {
    if ((await workers()).length === 0) return true
    await sleep(50)
  }
  return false
}

async function finish(job: TrainingJob): Promise<{ result: TrainingResult; firstStep: number }> {
  let firstStep = 0
  const state = await trainer.observe(await trainer.begin(job, ({ step }) => (firstStep ||= step), never), job)
  assert.equal(state.status, 'done')
  return { result: (state as { result: TrainingResult }).result, firstStep }
}

describe('a training that is killed', { skip: process.platform === 'linux' ? false : 'looks for processes in /proc' }, async () => {
  const whole = await finish(await smallJob())
  const digest = await digestFile(whole.result.adapter)

  test('kill -9 of the parent ends the worker, and the next call goes on to the same adapter', async () => {
    const job = await smallJob()
    const { child } = await startedTraining(job, 2)
    assert.equal((await workers()).length, 1)
    child.kill('SIGKILL')
    assert.ok(await goneWithin(10_000), 'the worker trains on without its parent')

    const damaged = await copyOfJob(job)
    const resumed = await finish(job)
    assert.ok(resumed.firstStep >= 3, `it went on with step ${resumed.firstStep}`)
    assert.equal(await digestFile(resumed.result.adapter), digest)

    // The newest checkpoint cut short: the one before it is used, or none.
    const checkpoints = path.join(damaged.directory, 'checkpoints')
    const newest = (await readdir(checkpoints)).sort().at(-1) ?? ''
    await truncate(path.join(checkpoints, newest, 'optimizer.gguf'), 1000)
    const again = await finish(damaged)
    assert.ok(again.firstStep < resumed.firstStep)
    assert.equal(await digestFile(again.result.adapter), digest)
  })

  test('TERM stops it with GI-INTERRUPTED, and the next call goes on to the same adapter', async () => {
    const job = await smallJob()
    const { child, ended } = await startedTraining(job, 1)
    child.kill('SIGTERM')
    assert.match(await ended, /GI-INTERRUPTED/)
    assert.ok(await goneWithin(10_000))
    const resumed = await finish(job)
    assert.ok(resumed.firstStep >= 2)
    assert.equal(await digestFile(resumed.result.adapter), digest)
  })

  test('kill -9 of the worker is GI-ENGINE-CRASHED, temporary, and the next call goes on to the same adapter', async () => {
    const job = await smallJob()
    const training = trainer.begin(
      job,
      ({ step }) => void (step === 1 && workers().then(([id]) => process.kill(id ?? NaN, 'SIGKILL'))),
      never,
    )
    await assert.rejects(training, { code: 'GI-ENGINE-CRASHED', temporary: true })
    const resumed = await finish(job)
    assert.ok(resumed.firstStep >= 2)
    assert.equal(await digestFile(resumed.result.adapter), digest)
  })
})
