import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { Config } from '../../src/config/schema.ts'
import type { GenesisError } from '../../src/errors.ts'
import { digestFile } from '../../src/state/files.ts'
import { packageRoot } from '../../src/system/package-root.ts'
import { commandTrainer } from '../../src/trainers/command.ts'
import type { Trainer, TrainingJob } from '../../src/trainers/port.ts'
import { FakeTrainer } from '../fakes/fake-trainer.ts'
import { writeModel } from '../gguf/models.ts'
import { describeTrainerContract } from './trainer-contract.ts'

const made: string[] = []
after(() => Promise.all(made.map((directory) => rm(directory, { recursive: true, force: true }))))

/** Jobs in directories of their own, on a base of one tensor. */
async function jobs() {
  const around = await mkdtemp(path.join(tmpdir(), 'genesis-trainer-'))
  made.push(around)
  const tensor = { shape: [8, 6], values: Float32Array.from({ length: 48 }, (_, index) => index / 48) }
  const base = await writeModel(around, 'base', { 'blk.0.attn_q.weight': tensor, 'blk.0.attn_k.weight': tensor })
  let count = 0
  const makeJob = async (): Promise<TrainingJob> => {
    count += 1
    const directory = path.join(around, `job-${count}`, 'train')
    await mkdir(directory, { recursive: true })
    const trainFile = path.join(around, `dataset-${count}`, 'train.jsonl')
    await mkdir(path.dirname(trainFile))
    await writeFile(trainFile, '{"id":"1","messages":[{"role":"user","content":"a"},{"role":"assistant","content":"b"}]}\n')
    const settings = { ...{ rank: 2, alpha: 4, targetModules: ['attn_q'] }, ...{ learningRate: 1, minimumLearningRate: 0.1 } }
    return {
      ...{ id: 'job', base: { path: base, digest: await digestFile(base) }, trainFile, directory },
      settings: { ...settings, epochs: 1, contextLength: 64, seed: 1 },
    }
  }
  return { around, makeJob }
}

describeTrainerContract('the fake trainer', async () => ({ trainer: new FakeTrainer(), makeJob: (await jobs()).makeJob }))

/** A trainer that runs a program of the tests. */
function programTrainer(homeRoot: string, args: readonly string[], more: object = {}): Trainer {
  const command = { program: process.execPath, args: [...args] }
  return commandTrainer(Config.parse({ trainer: { kind: 'command', command, ...more } }).trainer, { homeRoot })
}

const program = path.join(packageRoot(), 'test', 'fakes', 'training-program.ts')
// The program is run in the directory of its output, from which tsx can't be found by name.
const tsx = import.meta.resolve('tsx')

describeTrainerContract('a program of the user', async () => {
  const { around, makeJob } = await jobs()
  return { trainer: programTrainer(around, ['--import', tsx, program]), makeJob }
})

describe('a program of the user', () => {
  const failing = async (script: string, more: object = {}): Promise<GenesisError> => {
    const { around, makeJob } = await jobs()
    const begun = programTrainer(around, ['-e', script], more).begin(await makeJob(), () => undefined, new AbortController().signal)
    return await begun.then(
      () => assert.fail('it trained'),
      (error: unknown) => error as GenesisError,
    )
  }

  test('that fails is named with the exception of its traceback', async () => {
    const traceback = [
      'Traceback (most recent call last):',
      '  File "train.py", line 3',
      'torch.OutOfMemoryError: CUDA out of memory.',
      'srun: error: task 0',
    ]
    const { code, what, why } = await failing(`console.error(${JSON.stringify(traceback.join('\n'))}); process.exit(1)`)
    assert.deepEqual([code, why], ['GI-TRAINER-FAILED', 'torch.OutOfMemoryError: CUDA out of memory.'])
    assert.match(what, /ended with status 1\.$/)
  })

  test('that asks for it by status 75 is called again later', async () => {
    const { code, temporary } = await failing('console.log("the queue is full"); process.exit(75)')
    assert.deepEqual([code, temporary], ['GI-TRAINER-AWAY', true])
  })

  test('that leaves no adapter, or a broken one, has not trained', async () => {
    assert.match((await failing('')).what, /left no adapter/)
    assert.match(
      (await failing('require("fs").writeFileSync(process.env.GENESIS_OUTPUT + "/adapter.gguf", "no")')).code,
      /^GI-(GGUF|ADAPTER)-/,
    )
  })

  test('is stopped at its time limit', async () => {
    assert.equal((await failing('setInterval(() => {}, 1000)', { timeLimitHours: 0.0001 })).code, 'GI-ENGINE-TIME-LIMIT')
  })

  test('gets folders, settings and no secrets', async () => {
    process.env['OLLAMA_API_KEY'] = 'secret'
    const { why = '' } = await failing('console.log(Object.keys(process.env).join(" ")); process.exit(1)', {})
    delete process.env['OLLAMA_API_KEY']
    for (const name of ['GENESIS_JOB', 'GENESIS_DATASET', 'GENESIS_OUTPUT', 'GENESIS_BASE', 'HF_HUB_OFFLINE'])
      assert.ok(why.includes(name), why)
    assert.ok(!why.includes('OLLAMA_API_KEY'))
  })

  test('that is not there is a problem before anything is opened', async () => {
    const missing = commandTrainer(Config.parse({ trainer: { kind: 'command', command: { program: './missing.sh' } } }).trainer, {
      homeRoot: '/',
    })
    assert.deepEqual(
      (await missing.preflight({ path: '' })).map(({ code }) => code),
      ['GI-TRAINER-MISSING'],
    )
  })

  test('ends, with what it started, when whoever called it is killed', { skip: process.platform === 'win32' }, async () => {
    const { around } = await jobs()
    const mark = path.join(around, 'alive')
    const grandchild = `process.on("SIGTERM", () => {}); setInterval(() => require("fs").writeFileSync(${JSON.stringify(mark)}, String(Date.now())), 20)`
    const script = `require("child_process").spawn(process.execPath, ["-e", ${JSON.stringify(grandchild)}], { stdio: "ignore" }); setInterval(() => {}, 1000)`
    const supervisor = path.join(packageRoot(), 'dist', 'supervisor.cjs')
    const caller = spawn(process.execPath, [
      '-e',
      `require("child_process").spawn(process.execPath, ${JSON.stringify([supervisor, process.execPath, '-e', script])}, { stdio: ["pipe", "ignore", "ignore"], detached: true }); setInterval(() => {}, 1000)`,
    ])
    while (!existsSync(mark)) await sleep(20)
    caller.kill('SIGKILL')
    // Once the mark stays as it is for a while, nobody writes it any more.
    for (let last = ''; ;) {
      const now = readFileSync(mark, 'utf8')
      if (now === last && now !== '') break
      last = now
      await sleep(500)
    }
  })
})
