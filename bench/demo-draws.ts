// node --import tsx bench/demo-draws.ts HOME [SEED...]
//
// Judges a demo home's current model on fresh draws of gate and retention items: is what the demo shows true of more than the shipped sets? The
// seeds of the README's figures (9001, 9002, 9003) were used for nothing else. Ends with 1 when a draw gains less than 50 points on its gate
// items, or when the lower bound of its retention is not above -4 points.
import { execFileSync } from 'node:child_process'
import { mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { defaultEngineDirectory } from '../src/engine/engine-directory.ts'
import type { EvaluationItem, Stratum } from '../src/evaluation/item.ts'
import { readItems } from '../src/evaluation/read-items.ts'
import { scoreItems } from '../src/evaluation/grade-answers.ts'
import { answerItems } from '../src/evaluation/run-items.ts'
import { failureShare } from '../src/gate/failure-share.ts'
import { judge } from '../src/gate/judge.ts'
import type { PairedScore } from '../src/gate/judgement.ts'
import { engineRuntime } from '../src/runtimes/engine.ts'
import { digestFile } from '../src/state/files.ts'
import { packageRoot } from '../src/system/package-root.ts'

const generator = path.join(packageRoot(), 'data', 'demo', 'source', 'generate.js')
const runtimeConfig = { kind: 'engine', maxTokens: 32, contextLength: 256, parallel: 8 } as const
const engineDirectory = process.env['GENESIS_ENGINE_DIR'] ?? defaultEngineDirectory(process.env)
const runtime = engineRuntime(runtimeConfig, { engineDirectory })
const goal = { gain: 0.5, retentionLower: -0.04 }

async function scoresOf(model: string, items: readonly EvaluationItem[], cacheDirectory: string): Promise<Map<string, number>> {
  const location = { path: model, digest: await digestFile(model) }
  const answers = await answerItems({
    ...{ runtime, model: location, items, decoding: runtimeConfig, cacheDirectory },
    signal: new AbortController().signal,
  })
  const scored = await scoreItems(items, answers, { commands: {}, homeRoot: '.' })
  return new Map(scored.map(({ item, score }) => [item.id, score]))
}

/** Both models on one draw, paired. */
async function compare(folder: string, models: { baseline: string; candidate: string }, cache: string): Promise<PairedScore[]> {
  const strata: Stratum[] = ['gate', 'retention']
  const scores: PairedScore[] = []
  for (const stratum of strata) {
    const { items } = await readItems(path.join(folder, `${stratum}.jsonl`))
    const baseline = await scoresOf(models.baseline, items, cache)
    const candidate = await scoresOf(models.candidate, items, cache)
    for (const { id, category } of items)
      scores.push({ id, stratum, category, baseline: baseline.get(id) ?? Number.NaN, candidate: candidate.get(id) ?? Number.NaN })
  }
  return scores
}

function describe(draw: string, scores: readonly PairedScore[]): boolean {
  const limits = { alpha: 0.05, minimumGain: 0.01, margin: 0.05 }
  const { verdict, strata } = judge({ scores, failureShare: failureShare({ successes: 0, failures: 0 }), limits })
  const right = (stratum: Stratum, model: 'baseline' | 'candidate'): number =>
    scores.filter((score) => score.stratum === stratum).reduce((sum, score) => sum + score[model], 0)
  const columns = (['gate', 'retention'] as const).map((stratum) => {
    const { n, lower } = strata[stratum]
    return `${stratum} ${right(stratum, 'baseline')} -> ${right(stratum, 'candidate')} of ${n} (lower bound ${(100 * lower).toFixed(2)} points)`
  })
  const met = strata.gate.difference >= goal.gain && strata.retention.lower > goal.retentionLower
  console.log(`${draw.padEnd(8)} ${verdict.padEnd(8)} ${columns.join('; ')}${met ? '' : '  MISSES THE GOAL'}`)
  return met
}

const [home, ...seeds] = process.argv.slice(2)
if (home === undefined) {
  console.error('Usage: node --import tsx bench/demo-draws.ts HOME [SEED...]')
  process.exit(2)
}
const workplace = await mkdtemp(path.join(tmpdir(), 'genesis-demo-draws-'))
try {
  const models = {
    baseline: path.join(packageRoot(), 'data', 'demo', 'base-f16.gguf'),
    candidate: await realpath(path.join(home, 'data', 'models', 'current', 'model.gguf')),
  }
  let allMet = describe('shipped', await compare(path.join(packageRoot(), 'data', 'demo'), models, workplace))
  for (const seed of seeds) {
    const folder = path.join(workplace, seed)
    execFileSync(process.execPath, [generator, '--draw', seed, '--out', folder])
    allMet = describe(seed, await compare(folder, models, workplace)) && allMet
  }
  process.exitCode = allMet ? 0 : 1
} finally {
  await rm(workplace, { recursive: true, force: true })
}
