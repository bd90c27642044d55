import { spawnSync } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { defaultEngineDirectory, enginePaths } from '../src/engine/engine-directory.ts'
import { planTraining } from '../src/engine/plan.ts'
import { learningRateAt } from '../src/engine/train.ts'
import { trainingSettings } from '../src/trainers/settings.ts'
import { Config } from '../src/config/schema.ts'
import { engineRuntime } from '../src/runtimes/engine.ts'
import { digestFile } from '../src/state/files.ts'
import { packageRoot } from '../src/system/package-root.ts'
import type { BenchRow } from './row.ts'

const engineDirectory = process.env['GENESIS_ENGINE_DIR'] ?? defaultEngineDirectory(process.env)
const rounds = 3

/** A whole demo cycle beside the same training and the same answers by the engine alone; needs the engine. */
export async function benchEngine(): Promise<BenchRow[]> {
  const directory = await mkdtemp(path.join(tmpdir(), 'genesis-bench-engine-'))
  try {
    const measured = []
    for (let round = 0; round < rounds; round += 1) measured.push(await oneRound(directory, round))
    const bareAnswerMs = median(measured.map(({ answers }) => answers))
    const ratio = median(measured.map(({ answers, ours }) => answers / ours))
    // Of what stands side by side in time: a training takes 5% more or less from one quarter of an hour to the next.
    const overheads = measured.map(({ cycle, training, baseline, answers }) => cycle / (training + baseline + answers) - 1)
    const overhead = median(overheads)
    const percent = (part: number): string => `${(100 * part).toFixed(1)}%`
    return [
      {
        what: `evaluation: throughput on ${measured[0]?.items} items, against the engine's own parallel client`,
        goal: 'at least 1 x (within 5% noise)',
        measured: `${ratio.toFixed(2)} x (${(bareAnswerMs / 1000).toFixed(1)} s bare)`,
        met: ratio >= 0.95,
      },
      {
        what: "the cycle's own overhead on a whole demo cycle, on top of the engine alone doing the same steps and answers",
        goal: 'under 5%',
        measured: `${percent(overhead)} of ${(median(measured.map(({ cycle }) => cycle)) / 1000).toFixed(1)} s (median of ${rounds}: ${overheads.map(percent).join(', ')})`,
        met: overhead < 0.05,
      },
    ]
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

/** A whole cycle and, right after it, the same training and answers by the engine alone; milliseconds. */
async function oneRound(directory: string, round: number) {
  const run = await demoRun(path.join(directory, `home-${round}`))
  const training = await bareTraining(path.join(directory, `bare-${round}`), run)
  const prompts = await inputsOf(path.join(run.prepared, 'pinned.jsonl'))
  const baseline = await bareAnswers(directory, run.base, prompts, run.config)
  const answers = await bareAnswers(directory, run.merged, prompts, run.config)
  const ours = await ourAnswers(run.merged, prompts, run.config)
  return { cycle: run.ms, training, baseline, answers, ours, items: prompts.length }
}

interface DemoRun {
  ms: number
  config: Config
  prepared: string
  base: string
  merged: string
}

/** A demo home from nothing to its deployed release. */
async function demoRun(home: string): Promise<DemoRun> {
  genesis(['init', '--demo', '--home', home])
  const config = Config.parse(JSON.parse(await readFile(path.join(home, 'genesis-improve.config.json'), 'utf8')))
  const ms = timed(() => genesis(['check', '--until-idle', '--home', home]))
  const [cycle = ''] = await readdir(path.join(home, 'data', 'cycles'))
  return {
    ...{ ms, config, base: path.join(home, 'base-f16.gguf') },
    prepared: path.join(home, 'data', 'cycles', cycle, 'prepare'),
    merged: path.join(home, 'data', 'models', cycle.replace('cycle', 'genesis'), 'model.gguf'),
  }
}

async function inputsOf(file: string): Promise<string[]> {
  const lines = (await readFile(file, 'utf8')).split('\n').filter((line) => line !== '')
  return lines.map((line) => (JSON.parse(line) as { input: string }).input)
}

async function bareTraining(directory: string, { base, prepared, config }: DemoRun): Promise<number> {
  const trainer = trainingSettings(config.trainer)
  const trainFile = path.join(prepared, 'train.jsonl')
  const { conversations } = await planTraining({ base: { path: base, digest: '' }, trainFile, settings: trainer })
  const data = path.join(directory, 'conversations.jsonl')
  const folder = path.join(directory, 'bare')
  await mkdir(folder, { recursive: true })
  await writeFile(data, conversations.map((messages) => `${JSON.stringify({ messages })}\n`).join(''))
  const { contextLength, rank, alpha, seed } = trainer
  const options = {
    ...{ contextLength, batchSize: contextLength, microBatchSize: contextLength, loraModules: modulesOf(trainer) },
    ...{ loraRank: rank, loraAlpha: alpha, loraSeed: seed, lrMin: 1e-12 },
    rates: conversations.map((_, index) => learningRateAt(index, conversations.length, trainer)),
  }
  return bare('train.cjs', [base, data, folder, JSON.stringify(options)])
}

const modulesOf = ({ targetModules }: { targetModules: readonly string[] }): string =>
  targetModules.map((name) => (name === 'attn_output' ? 'attn_o' : name)).join(',')

async function bareAnswers(directory: string, model: string, prompts: readonly string[], { runtime }: Config): Promise<number> {
  const file = path.join(directory, 'prompts.json')
  await writeFile(file, JSON.stringify(prompts))
  return bare('answer.cjs', [model, file, String(runtime.parallel), String(runtime.contextLength), String(runtime.maxTokens)])
}

async function ourAnswers(model: string, prompts: readonly string[], { runtime }: Config): Promise<number> {
  const { maxTokens, contextLength, parallel } = runtime
  const location = { path: model, digest: await digestFile(model) }
  const asked = prompts.map((content, index) => ({ id: String(index), messages: [{ role: 'user' as const, content }] }))
  const started = performance.now()
  let answered = 0
  const answers = engineRuntime(runtime, { engineDirectory }).generate(
    location,
    asked,
    { maxTokens, contextLength, parallel },
    new AbortController().signal,
  )
  for await (const _answer of answers) answered += 1
  if (answered !== prompts.length) throw new Error(`${answered} of ${prompts.length} answers`)
  return performance.now() - started
}

/** Runs a script on the engine's runtime; whole-process milliseconds, as ours are. */
function bare(script: string, args: readonly string[]): number {
  const { runtime, prefix } = enginePaths(engineDirectory)
  const library = path.join(prefix, 'node_modules', '@qvac', 'llm-llamacpp')
  return timed(() => run(runtime, [path.join(packageRoot(), 'bench', 'bare', script), library, ...args]))
}

const genesis = (args: readonly string[]): void => run(process.execPath, [path.join(packageRoot(), 'bin', 'genesis-improve.js'), ...args])

function run(file: string, args: readonly string[]): void {
  const { status, stderr } = spawnSync(file, args, { encoding: 'utf8', stdio: ['ignore', 'ignore', 'pipe'] })
  if (status !== 0) throw new Error(`${file} ${args[0] ?? ''} ended with ${status}: ${stderr.slice(-500)}`)
}

function timed(work: () => void): number {
  const started = performance.now()
  work()
  return performance.now() - started
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((left, right) => left - right)
  return sorted[Math.floor(sorted.length / 2)] ?? NaN
}
