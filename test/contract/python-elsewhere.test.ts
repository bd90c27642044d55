import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { GenesisError } from '../../src/errors.ts'
import { Config } from '../../src/config/schema.ts'
import { trainerPackages } from '../../src/python/packages.ts'
import { digestFile, digestText } from '../../src/state/files.ts'
import { packageRoot } from '../../src/system/package-root.ts'
import { trainers } from '../../src/trainers/index.ts'
import type { Trainer, TrainingJob, TrainingState } from '../../src/trainers/port.ts'
import { trainingSettings } from '../../src/trainers/settings.ts'
import { makePair } from '../hugging-face/made-pair.ts'

/** Python trainers on another machine, which is this one behind a stand-in for "ssh"; the real ones are in test/runners. */
const never = new AbortController().signal
const root = mkdtempSync(path.join(tmpdir(), 'genesis-elsewhere-'))
after(() => rmSync(root, { recursive: true, force: true }))
mkdirSync(path.join(root, 'bin'))
const ssh = path.join(root, 'bin', 'ssh')
const isAway = path.join(root, 'away')
writeFileSync(ssh, `#!/bin/sh\n[ ! -e ${isAway} ] || exit 255\neval "line=\\\${$#}"\nexec sh -c "$line"\n`)
chmodSync(ssh, 0o755)
process.env['PATH'] = `${path.dirname(ssh)}:${process.env['PATH']}`

const { folder, base } = await makePair(root, 'qwen3')
// Neither of these is read by a training.
for (const name of ['pytorch_model.bin', 'README.md']) writeFileSync(path.join(folder, name), 'the same in another format')
const loaded = ['config.json', 'model.safetensors', 'tokenizer_config.json']
let places = 0

interface Place {
  trainer: Trainer
  job: () => Promise<TrainingJob>
  /** The configurations with which it was started. */
  starts: () => Record<string, unknown>[]
  at: (name: string) => string
}

async function makePlace({ version = `${trainerPackages.mlx.version}`, runner = {} } = {}): Promise<Place> {
  places += 1
  const at = (name: string): string => path.join(root, `place-${places}`, name)
  const own = at('')
  mkdirSync(own)
  const python = at('python')
  const fake = path.join(packageRoot(), 'test', 'fakes', 'fake-mlx.cjs')
  writeFileSync(python, `#!/bin/sh\nFAKE_PLACE=${own} FAKE_VERSION=${version} exec ${process.execPath} ${fake} "$@"\n`)
  chmodSync(python, 0o755)
  const config = Config.parse({
    trainer: {
      ...{ kind: 'mlx', model: folder, python, targetModules: ['attn_q'], rank: 2, alpha: 4, steps: 5 },
      runner: { kind: 'ssh', host: 'forge', directory: path.join(own, 'there'), ...runner },
    },
  }).trainer
  const around = { homeRoot: own, engineDirectory: '', trainersDirectory: '', cacheDirectory: '' }
  let jobs = 0
  const job = async (): Promise<TrainingJob> => {
    jobs += 1
    for (const name of ['dataset', 'train']) mkdirSync(path.join(own, `${name}-${jobs}`))
    const trainFile = path.join(own, `dataset-${jobs}`, 'train.jsonl')
    writeFileSync(trainFile, '{"id":"1","messages":[{"role":"user","content":"a"},{"role":"assistant","content":"b"}]}\n')
    const id = `cycle-20260101-00000${jobs}`
    return {
      ...{ id, base: { path: base, digest: await digestFile(base) }, trainFile },
      ...{ settings: trainingSettings(config), directory: path.join(own, `train-${jobs}`) },
    }
  }
  return {
    trainer: await trainers.mlx(config, around),
    job,
    starts: () => linesOf(path.join(own, 'starts')),
    at: (name) => path.join(own, name),
  }
}

const linesOf = (file: string): Record<string, unknown>[] =>
  readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)

const call = async (trainer: Trainer, job: TrainingJob): Promise<TrainingState> =>
  await trainer.observe(await trainer.begin(job, () => undefined, never), job)

async function toItsEnd(trainer: Trainer, job: TrainingJob): Promise<Extract<TrainingState, { status: 'done' }>['result']> {
  for (;;) {
    const state = await call(trainer, job)
    if (state.status === 'done') return state.result
    await sleep(50)
  }
}

describe('a Python trainer on another machine', () => {
  test('begun twice, it trains once; the model goes there once for all trainings, without what nobody reads, and the base not at all', async () => {
    const { trainer, job: makeJob, starts, at } = await makePlace()
    const job = await makeJob()
    assert.deepEqual(await trainer.preflight(job.base), [])
    assert.equal(trainer.place, 'on forge')
    for (let times = 0; times < 2; times += 1) await trainer.begin(job, () => undefined, never)
    const { steps, details } = await toItsEnd(trainer, job)
    assert.equal(steps, 5)
    const { version, place, resumedAt } = details
    assert.deepEqual([version, place, resumedAt], [trainerPackages.mlx.version, 'on forge', 0])
    // What sha256sum prints for these files, digested once more.
    const listing = await Promise.all(loaded.map(async (name) => `${await digestFile(path.join(folder, name))}  ${name}\n`))
    const model = path.join(at('there'), 'models', digestText(listing.join('')))
    assert.deepEqual(
      starts().map(({ model: read, files }) => [read, files]),
      [[model, loaded]],
    )
    // Were it sent again, this would be another file.
    writeFileSync(path.join(model, 'config.json'), 'changed there')
    await toItsEnd(trainer, await makeJob())
    assert.equal(readFileSync(path.join(model, 'config.json'), 'utf8'), 'changed there')
    assert.deepEqual([readdirSync(at('there/jobs')), readdirSync(at('there/bases')), readdirSync(at('there/models')).length], [[], [], 1])
  })

  test('lost there, it goes on from the newest whole checkpoint that it left there', async () => {
    const { trainer, job: makeJob, starts, at } = await makePlace()
    const job = await makeJob()
    writeFileSync(at('die'), '')
    const lost = async (): Promise<void> => void (await toItsEnd(trainer, job))
    await assert.rejects(lost(), { code: 'GI-RUNNER-LOST' })
    // Whoever saw first that it is gone may have left the rest to the next call.
    await trainer.begin(job, () => undefined, never).catch(({ code }: GenesisError) => assert.equal(code, 'GI-RUNNER-LOST'))
    const { steps, details } = await toItsEnd(trainer, job)
    // The first attempt left a checkpoint behind its first step.
    assert.deepEqual([steps, details['resumedAt'], starts().length], [5, 1, 2])
    const [, second] = starts()
    assert.match(String(second?.['resume_adapter_file']), /\/output\/attempt-0001-after-0\/0000001_adapters\.safetensors$/)
    assert.match(String(second?.['adapter_path']), /\/output\/attempt-0002-after-1$/)
  })

  test('while its machine is away it runs on, and is the same training afterwards', async () => {
    const { trainer, job: makeJob, starts, at } = await makePlace()
    const job = await makeJob()
    writeFileSync(at('hold'), '')
    await trainer.begin(job, () => undefined, never)
    writeFileSync(isAway, '')
    try {
      const state = await call(trainer, job)
      assert.ok(state.status === 'running' && /forge cannot be reached/.test(state.note ?? ''))
      assert.deepEqual(
        (await trainer.preflight(job.base)).map(({ code }) => code),
        ['GI-RUNNER-AWAY'],
      )
    } finally {
      rmSync(isAway)
      rmSync(at('hold'))
    }
    await toItsEnd(trainer, job)
    assert.equal(starts().length, 1)
  })

  test('ended between two looks, it is not taken for lost: the next call fetches what it made', async () => {
    const { trainer, job: makeJob, at } = await makePlace()
    const job = await makeJob()
    // Else it may have ended, and been fetched, within this call.
    writeFileSync(at('hold'), '')
    await trainer.begin(job, () => undefined, never)
    rmSync(at('hold'))
    const hasEnded = (): boolean => readdirSync(at('there/jobs'), { recursive: true }).some((name) => String(name).endsWith('run/exit-0'))
    while (!hasEnded()) await sleep(50)
    const state = await trainer.observe({ trainer: 'mlx', jobId: job.id }, job)
    assert.ok(state.status === 'running' && /it has ended/.test(state.note ?? ''))
    await toItsEnd(trainer, job)
  })

  test('a folder that is named there is trained on as it is, and none is sent', async () => {
    const { trainer, job: makeJob, starts, at } = await makePlace({ runner: { model: folder } })
    await toItsEnd(trainer, await makeJob())
    assert.equal(starts()[0]?.['model'], folder)
    assert.deepEqual(readdirSync(at('there/models')), [])
    const nowhere = await makePlace({ runner: { model: '/nowhere/model' } })
    const [problem] = await nowhere.trainer.preflight({ path: base })
    assert.equal(problem?.what, 'There is no folder /nowhere/model on forge.')
  })

  test('a Python there without the trainer, or with another version, is named with its machine before anything is sent', async () => {
    const found = async (version: string) => (await (await makePlace({ version })).trainer.preflight({ path: base })).map(({ code, what }) => [code, / on forge/.test(what)]) // prettier-ignore
    assert.deepEqual(await found(''), [['GI-TRAINER-MISSING', true]])
    assert.deepEqual(await found('0.1.0'), [['GI-TRAINER-VERSION', true]])
  })
})
