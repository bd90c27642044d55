import { spawnSync } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { defaultEngineDirectory, enginePaths } from '../src/engine/engine-directory.ts'
import { planTraining } from '../src/engine/plan.ts'
import { learningRateAt } from '../src/engine/train.ts'
import { Config } from '../src/config/schema.ts'
import { runtimes } from '../src/runtimes/index.ts'
import { digestFile } from '../src/state/files.ts'
import { packageRoot } from '../src/system/package-root.ts'
import type { BenchRow } from './row.ts'

const engineDirectory = process.env['GENESIS_ENGINE_DIR'] ?? defaultEngineDirectory(process.env)
const rounds = 3

/** A whole demo cycle beside the same training and the same answers by the engine alone; needs the engine. */
export async function benchEngine(): Promise<BenchRow[]> {
  const directory = await mkdtemp(path.join(tmpdir(), 'genesis-bench-engine-'))
  try {
    const home = path.join(directory, 'home')
    genesis(['init', '--demo', '--home', home])
    const config = Config.parse(JSON.parse(await readFile(path.join(home, 'genesis-improve.config.json'), 'utf8')))
    const cycleMs = timed(() => genesis(['check', '--until-idle', '--home', home]))
    const [cycle = ''] = await readdir(path.join(home, 'data', 'cycles'))
    const prepared = path.join(home, 'data', 'cycles', cycle, 'prepare')
    const prompts = await inputsOf(path.join(prepared, 'pinned.jsonl'))
    const base = path.join(home, 'base-f16.gguf')
    const merged = path.join(home, 'data', 'models', cycle.replace('cycle', 'genesis'), 'model.gguf')

    const trainMs = await bareTraining(directory, base, path.join(prepared, 'train.jsonl'), config)
    const answering = []
    for (let round = 0; round < rounds; round += 1) {
      answering.push({ bare: await bareAnswers(directory, merged, prompts, config), ours: await ourAnswers(merged, prompts, config) })
    }
    const bareAnswerMs = median(answering.map(({ bare }) => bare))
    const ratio = median(answering.map(({ bare, ours }) => bare / ours))
    const bareMs = trainMs + 2 * bareAnswerMs
    const overhead = cycleMs / bareMs - 1
    return [
      {
        what: `evaluation: throughput on ${prompts.length} items, against the engine's own parallel client`,
        goal: 'at least 1 x (within 5% noise)',
        measured: `${ratio.toFixed(2)} x (${(bareAnswerMs / 1000).toFixed(1)} s bare)`,
        met: ratio >= 0.95,
      },
      {
        what: "the cycle's own overhead on a whole demo cycle, on top of the engine alone doing the same steps and answers",
        goal: 'under 5%',
        measured: `${(100 * overhead).toFixed(1)}% (${(cycleMs / 1000).toFixed(1)} s, bare ${(bareMs / 1000).toFixed(1)} s)`,
        met: overhead < 0.05,
      },
    ]
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

async function inputsOf(file: string): Promise<string[]> {
  const lines = (await readFile(file, 'utf8')).split('\n').filter((line) => line !== '')
  return lines.map((line) => (JSON.parse(line) as { input: string }).input)
}

async function bareTraining(directory: string, base: string, trainFile: string, { trainer }: Config): Promise<number> {
  const { conversations } = await planTraining({ base: { path: base, digest: '' }, trainFile, settings: trainer })
  const data = path.join(directory, 'conversations.jsonl')
  const folder = path.join(directory, 'bare')
  await mkdir(folder)
  await writeFile(data, conversations.map((messages) => `${JSON.stringify({ messages })}\n`).join(''))
  const { contextLength, rank, alpha, seed } = trainer
  const options = {
    ...{ contextLength, batchSize: contextLength, microBatchSize: contextLength, loraModules: modulesOf(trainer) },
    ...{ loraRank: rank, loraAlpha: alpha, loraSeed: seed, lrMin: 1e-12 },
    rates: conversations.map((_, index) => learningRateAt(index, conversations.length, trainer)),
  }
  return bare('train.cjs', [base, data, folder, JSON.stringify(options)])
}

const modulesOf = ({ targetModules }: Config['trainer']): string =>
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
  const answers = runtimes
    .engine(runtime, { engineDirectory })
    .generate(location, asked, { maxTokens, contextLength, parallel }, new AbortController().signal)
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
