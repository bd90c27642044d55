import assert from 'node:assert/strict'
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { writeHuggingFaceFolder } from '../../scripts/trainers/hugging-face-folder.ts'
import { Config } from '../../src/config/schema.ts'
import type { GenesisError } from '../../src/errors.ts'
import { defaultTrainersDirectory } from '../../src/engine/engine-directory.ts'
import { installTrainer } from '../../src/python/install.ts'
import { digestFile } from '../../src/state/files.ts'
import { packageRoot } from '../../src/system/package-root.ts'
import { trainers } from '../../src/trainers/index.ts'
import type { Trainer, TrainingJob, TrainingResult } from '../../src/trainers/port.ts'
import { trainingSettings } from '../../src/trainers/settings.ts'
import { newPlace, readyPlace } from '../cycle/workplace.ts'

const never = new AbortController().signal
const base = path.join(packageRoot(), 'data/demo/base-f16.gguf')
const trainersDirectory = process.env['GENESIS_TRAINERS_DIR'] ?? defaultTrainersDirectory(process.env)

interface Training {
  root: string
  config: Config['trainer']
  trainer: Trainer
  /** How often it was started. */
  starts: () => number
}

/** The real MLX-LM, which is installed once into the cache, on the demo's base. `afterwards`: lines of sh that follow a training there. */
async function makeTraining(runner: object, more: object = {}, afterwards = ''): Promise<Training> {
  const { python: real } = await installTrainer({ name: 'mlx', directory: trainersDirectory, report: console.error, signal: never })
  const root = newPlace()
  const [python, counter, model] = [path.join(root, 'python'), path.join(root, 'counter'), path.join(root, 'hf')]
  writeFileSync(
    python,
    `#!/bin/sh\n[ "$1" = -c ] && exec ${real} "$@"\necho start >>${counter}\n${real} "$@"\nstatus=$?\n${afterwards}\nexit $status\n`,
  )
  chmodSync(python, 0o755)
  await writeHuggingFaceFolder(base, model)
  const { trainer: config } = Config.parse({
    trainer: { kind: 'mlx', model, python, targetModules: ['attn_q'], rank: 2, alpha: 4, steps: 10, batchSize: 2, runner, ...more },
  })
  const around = { homeRoot: root, engineDirectory: '', trainersDirectory, cacheDirectory: path.join(root, 'cache') }
  return { root, config, trainer: await trainers.mlx(config, around), starts: () => readFileSync(counter, 'utf8').split('\n').length - 1 }
}

async function makeJob({ root, config }: Training): Promise<TrainingJob> {
  const [directory, dataset] = [path.join(root, 'train'), path.join(root, 'dataset')]
  for (const made of [directory, dataset]) mkdirSync(made)
  const row = (id: number): string =>
    JSON.stringify({ id: String(id), messages: [{ role: 'user', content: `list ${id}` }, { role: 'assistant', content: 'ls' }] }) // prettier-ignore
  writeFileSync(path.join(dataset, 'train.jsonl'), `${[1, 2, 3, 4].map(row).join('\n')}\n`)
  return {
    ...{ id: path.basename(root), base: { path: base, digest: await digestFile(base) }, trainFile: path.join(dataset, 'train.jsonl') },
    ...{ settings: trainingSettings(config), directory },
  }
}

async function toItsEnd(trainer: Trainer, job: TrainingJob): Promise<TrainingResult> {
  for (;;) {
    const state = await trainer.observe(await trainer.begin(job, () => undefined, never), job)
    if (state.status === 'done') return state.result
    await sleep(300)
  }
}

/** The real MLX-LM as a job of this runner. */
export function describeMlx(title: string, runner: { directory: string }): void {
  describe(`MLX-LM ${title}`, () => {
    test('a whole cycle trains once and deploys, and leaves the model there but neither job nor base', async () => {
      const training = await makeTraining(runner)
      const place = readyPlace({ base: { gguf: base } })
      place.generations = [await digestFile(base)]
      place.config.trainer = training.config
      // The model that answers here is made up, and knows no chat template to compare.
      const layout = (): ReturnType<Trainer['layout']> => Promise.resolve({ text: null, tokens: null, startOfText: '' })
      place.replace = (parts) => ({ ...parts, trainer: { ...training.trainer, layout } })
      await place.runUntilNext('train')
      for (;;) {
        const { action, explanation, next } = await place.check()
        if (next !== 'train') break
        assert.equal(action, 'waiting', explanation)
        await sleep(500)
      }
      assert.equal((await place.runToEnd()).at(-1)?.outcome, 'DEPLOY')
      assert.equal(training.starts(), 1)
      assert.deepEqual(readdirSync(path.join(runner.directory, 'jobs')), [])
      assert.ok(!existsSync(path.join(runner.directory, 'bases', `${await digestFile(base)}.gguf`)))
      const [model = ''] = readdirSync(path.join(runner.directory, 'models'))
      assert.deepEqual(readdirSync(path.join(runner.directory, 'models', model)).sort(), readdirSync(path.join(training.root, 'hf')).sort())
    })

    test('begun twice it trains once; killed there, it goes on from its newest checkpoint', async () => {
      // Of ten steps the first attempt leaves eight: the last checkpoints were never written, and the wrapper is dead.
      const dies = `[ -f ${'$0'}.died ] || { : >$0.died; rm attempt-*/*10_adapters.safetensors attempt-*/*09_adapters.safetensors attempt-*/adapters.safetensors; kill -9 $(cat ../run/pid); sleep 60; }`
      const training = await makeTraining(runner, {}, dies)
      const { trainer, starts } = training
      const job = await makeJob(training)
      assert.deepEqual(await trainer.preflight(job.base), [])
      for (let times = 0; times < 2; times += 1) await trainer.begin(job, () => undefined, never)
      await assert.rejects(toItsEnd(trainer, job), { code: 'GI-RUNNER-LOST' })
      assert.equal(starts(), 1)
      // Whoever saw first that it is gone may have left the rest to the next call.
      await trainer.begin(job, () => undefined, never).catch(({ code }: GenesisError) => assert.equal(code, 'GI-RUNNER-LOST'))
      const { steps, details } = await toItsEnd(trainer, job)
      assert.deepEqual([steps, details['resumedAt'], starts()], [10, 8, 2])
      assert.deepEqual(readdirSync(path.join(runner.directory, 'jobs')), [])
    })
  })
}
