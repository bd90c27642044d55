import { mkdtempSync, rmSync } from 'node:fs'
import { cp, mkdir, mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after } from 'node:test'
import { buildSync } from 'esbuild'
import { defaultEngineDirectory } from '../../src/engine/engine-directory.ts'
import { engineStatus } from '../../src/engine/status.ts'
import { digestFile } from '../../src/state/files.ts'
import { packageRoot } from '../../src/system/package-root.ts'
import type { TrainingJob } from '../../src/trainers/port.ts'

/** The tests of this directory need the real engine: without it they fail, they are never left out. */
export const engineDirectory = process.env['GENESIS_ENGINE_DIR'] ?? defaultEngineDirectory(process.env)
const { problems } = await engineStatus(engineDirectory)
if (problems.length > 0) {
  throw new Error(`These tests need the embedded engine. ${problems.map(({ what, remedy }) => `${what} ${remedy}`).join(' ')}`)
}

/** For everything that a test file makes; removed when it is done. */
export const workplace = mkdtempSync(path.join(tmpdir(), 'genesis-engine-'))
after(() => rmSync(workplace, { recursive: true, force: true }))

/** The worker as scripts/build.js bundles it, from the sources as they are now. */
export const workerFile = path.join(workplace, 'engine-worker.cjs')
buildSync({
  ...{ entryPoints: [path.join(packageRoot(), 'src/engine/worker/main.ts')], outfile: workerFile },
  ...{ bundle: true, platform: 'neutral', format: 'cjs', target: 'node20', logLevel: 'error' },
})

export const engine = { engineDirectory, workerFile, cacheDirectory: path.join(workplace, 'cache') }

/** A Qwen3 with two layers and 598,784 parameters that turns requests into shell commands. */
export const demoBase = path.join(packageRoot(), 'data/demo/base-f16.gguf')

export const exchange = (user: string, assistant: string): TrainingRowText => ({ user, assistant })
interface TrainingRowText {
  user: string
  assistant: string
}

const someRows = [
  exchange('how to grep app for error', 'rg error app'),
  exchange('what do i run to see open ports', 'ss -tlnp'),
  exchange('install left-pad as a node module', 'pnpm add left-pad'),
  exchange('run the nginx container', 'podman run nginx'),
  exchange('go to the branch main', 'git switch main'),
]

let jobs = 0

/** A job of a few short steps, one row each, in a new directory. The same work at each call. */
export async function smallJob(
  changes: Partial<TrainingJob['settings']> = {},
  rows: readonly TrainingRowText[] = someRows,
): Promise<TrainingJob> {
  jobs += 1
  const directory = path.join(workplace, `job-${jobs}`, 'train')
  await mkdir(directory, { recursive: true })
  const trainFile = path.join(workplace, `train-${jobs}.jsonl`)
  const lines = rows.map(({ user, assistant }, index) =>
    JSON.stringify({
      id: `row-${index}`,
      messages: [
        { role: 'user', content: user },
        { role: 'assistant', content: assistant },
      ],
    }),
  )
  await writeFile(trainFile, `${lines.join('\n')}\n`)
  return {
    ...{ id: 'job', base: { path: demoBase, digest: await digestFile(demoBase) }, trainFile, directory },
    settings: {
      ...{ rank: 4, alpha: 8, targetModules: ['attn_v', 'attn_output'], learningRate: 1e-3, minimumLearningRate: 1e-5 },
      ...{ epochs: 1, contextLength: 32, seed: 7, ...changes },
    },
  }
}

/** A copy of a finished or interrupted job's directory, to go on from twice. */
export async function copyOfJob(job: TrainingJob): Promise<TrainingJob> {
  const directory = path.join(await mkdtemp(path.join(workplace, 'copy-')), 'train')
  await cp(job.directory, directory, { recursive: true })
  return { ...job, directory }
}
