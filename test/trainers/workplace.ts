import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after } from 'node:test'
import { writeHuggingFaceFolder } from '../../scripts/trainers/hugging-face-folder.ts'
import type { PythonTrainer } from '../../src/config/python-trainer.ts'
import { Config } from '../../src/config/schema.ts'
import { startWorker } from '../../src/engine/worker-client.ts'
import { digestFile } from '../../src/state/files.ts'
import { packageRoot } from '../../src/system/package-root.ts'
import { defaultTrainersDirectory } from '../../src/engine/engine-directory.ts'
import { installTrainer } from '../../src/python/install.ts'
import { trainers } from '../../src/trainers/index.ts'
import type { Trainer, TrainingJob } from '../../src/trainers/port.ts'
import { trainingSettings } from '../../src/trainers/settings.ts'
import { engine } from '../engine/setup.ts'

/** Real trainers, on the demo's base as GGUF and as a Hugging Face folder; each is installed once into the user's cache. */
export const never = new AbortController().signal
export const workplace = mkdtempSync(path.join(tmpdir(), 'genesis-trainers-'))
after(() => rmSync(workplace, { recursive: true, force: true }))
export const base = path.join(packageRoot(), 'data/demo/base-f16.gguf')
export const model = path.join(workplace, 'hf')
await writeHuggingFaceFolder(base, model)
const trainersDirectory = process.env['GENESIS_TRAINERS_DIR'] ?? defaultTrainersDirectory(process.env)

export async function install(name: PythonTrainer): Promise<string> {
  const { python } = await installTrainer({ name, directory: trainersDirectory, report: (text) => console.error(text), signal: never })
  return python
}

export async function trainerWith(settings: object): Promise<{ trainer: Trainer; config: Config['trainer'] }> {
  const config = Config.parse({
    trainer: { model, learningRate: 0.002, targetModules: ['attn_q', 'attn_v', 'attn_output', 'ffn_down'], ...settings },
  }).trainer
  const around = { homeRoot: workplace, engineDirectory: '', trainersDirectory, cacheDirectory: path.join(workplace, 'cache') }
  return { trainer: await trainers[config.kind](config, around), config }
}

const demo = JSON.parse(readFileSync(path.join(packageRoot(), 'data/demo/learnings.json'), 'utf8')) as { learnings: Correction[] }
const corrections = demo.learnings
interface Correction {
  id: string
  input: string
  corrected: string
  wrong: string
}

const questions = corrections.slice(40, 52).map(({ input }) => input)
let jobs = 0

/** A job on some of the demo's corrections: rows, and pairs of the wanted and another answer. */
export async function makeJob(config: Config['trainer'], rows = 16): Promise<TrainingJob> {
  jobs += 1
  const directory = path.join(workplace, `job-${jobs}`, 'train')
  const dataset = path.join(workplace, `dataset-${jobs}`)
  for (const made of [directory, dataset]) mkdirSync(made, { recursive: true })
  const say = (role: string, content: string): { role: string; content: string } => ({ role, content })
  const lines = (all: object[]): string => all.map((row) => `${JSON.stringify(row)}\n`).join('')
  const some = corrections.slice(0, rows)
  const write = (name: string, all: object[]): void => writeFileSync(path.join(dataset, name), lines(all))
  const messages = ({ input, corrected }: Correction): object[] => [say('user', input), say('assistant', corrected)]
  write(
    'train.jsonl',
    some.map((row) => ({ id: row.id, source: 'learning', messages: messages(row) })),
  )
  write(
    'valid.jsonl',
    corrections.slice(rows, rows + 4).map((row) => ({ id: row.id, source: 'learning', messages: messages(row) })),
  )
  write(
    'preferences.jsonl',
    some.map(({ id, input, corrected, wrong }) => ({
      ...{ id, prompt: [say('user', input)], chosen: [say('assistant', corrected)], rejected: [say('assistant', wrong)] },
    })),
  )
  return {
    ...{ id: 'job', base: { path: base, digest: await digestFile(base) }, trainFile: path.join(dataset, 'train.jsonl') },
    ...{ settings: trainingSettings(config), directory },
  }
}

/** Greedy answers of the embedded engine. */
export async function engineAnswers(file: string): Promise<string[]> {
  const worker = startWorker({ ...engine, signal: never })
  try {
    const fixed = { device: 'cpu', gpu_layers: '0', verbosity: '0', threads: '2', parallel: '2', temp: '0', repeat_penalty: '1' }
    await worker.load(file, { ...fixed, ctx_size: '512', predict: '32' })
    const texts: string[] = []
    for (const content of questions) texts.push((await worker.answer([{ role: 'user', content }])).text)
    return texts
  } finally {
    await worker.close()
  }
}

/** Greedy answers of the trainer's own library, by a script of this directory. */
export const referenceAnswers = (script: string, python: string, adapter: string): string[] =>
  askPython<string[]>(python, script, [model, adapter], questions)

let asked = 0

/** The JSON that a script of this directory ends with; it gets `args`, and the name of a file with `given`. */
export function askPython<Answer>(python: string, script: string, args: string[], given: unknown): Answer {
  asked += 1
  const file = path.join(workplace, `given-${asked}.json`)
  writeFileSync(file, JSON.stringify(given))
  const { status, stdout, stderr } = spawnSync(python, [path.join(packageRoot(), 'test/trainers', script), ...args, file], {
    env: { ...process.env, HF_HUB_OFFLINE: '1', TRANSFORMERS_OFFLINE: '1' },
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(stderr)
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Answer
}

/** Runs the training of a job again by the configuration that its first run left, which makes the trainer's own adapter again. */
export function runAgain(python: string, args: string[], environment: Record<string, string> = {}): void {
  const env = { ...process.env, HF_HUB_OFFLINE: '1', TRANSFORMERS_OFFLINE: '1', ...environment }
  const { status, stderr } = spawnSync(python, args, { env, encoding: 'utf8' })
  if (status !== 0) throw new Error(stderr)
}
