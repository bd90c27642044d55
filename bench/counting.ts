import { mkdir, mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { execa } from 'execa'
import { simulateLearnings } from '../src/learnings/simulated-learnings.ts'
import { homeAt } from '../src/state/home.ts'
import type { BenchRow } from './row.ts'

const learnings = 1_000_000
const runs = 5
const goals = { ratio: 2, megabytes: 300 }

/** Counts a million learnings in a process of its own, in turn with a loop of JSON.parse over the same lines; and the same as one JSON list. */
export async function benchCounting(): Promise<BenchRow[]> {
  const directory = await mkdtemp(path.join(tmpdir(), 'genesis-bench-counting-'))
  try {
    const child = await bundledChild(directory)
    const lines = path.join(directory, 'lines')
    const list = path.join(directory, 'list')
    await writeLearnings(homeAt(lines).learningsJsonl, ['', '\n', '\n'])
    await writeLearnings(homeAt(list).learningsJson, ['{"learnings":[', ',', ']}'])
    const counted: Measured[] = []
    const parsed: Measured[] = []
    for (let run = 0; run < runs; run += 1) {
      parsed.push(await measure(child, 'parse', lines))
      counted.push(await measure(child, 'count', lines))
    }
    const ofList = await measure(child, 'count', list)
    const ours = median(counted.map(({ seconds }) => seconds))
    const bare = median(parsed.map(({ seconds }) => seconds))
    const most = Math.max(...counted.map(({ megabytes }) => megabytes))
    return [
      {
        what: 'counting 1,000,000 learnings (JSONL), against a loop of JSON.parse over the same lines',
        goal: `within ${goals.ratio} times`,
        measured: `${(ours / bare).toFixed(2)} times (${ours.toFixed(2)} s against ${bare.toFixed(2)} s of processor time, medians of ${runs})`,
        met: ours / bare <= goals.ratio,
      },
      memoryRow('1,000,000 learnings (JSONL)', most),
      memoryRow('1,000,000 learnings as one JSON list', ofList.megabytes),
    ]
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

function memoryRow(what: string, megabytes: number): BenchRow {
  return {
    what: `memory while counting ${what}`,
    goal: `under ${goals.megabytes} MB resident`,
    measured: `${megabytes.toFixed(0)} MB at most`,
    met: megabytes < goals.megabytes,
  }
}

interface Measured {
  learnings: number
  seconds: number
  megabytes: number
}

async function measure(child: string, mode: 'count' | 'parse', home: string): Promise<Measured> {
  const { stdout } = await execa(process.execPath, [child, mode, home])
  const measured = JSON.parse(stdout) as Measured
  if (measured.learnings !== learnings) throw new Error(`${mode} found ${measured.learnings} of ${learnings} learnings`)
  return measured
}

/** As users run it: one bundle, without a loader that would be measured too. */
async function bundledChild(directory: string): Promise<string> {
  const outfile = path.join(directory, 'counting-child.mjs')
  const entry = fileURLToPath(new URL('counting-child.ts', import.meta.url))
  await build({ entryPoints: [entry], outfile, bundle: true, platform: 'node', format: 'esm', target: 'node20', logLevel: 'error' })
  return outfile
}

async function writeLearnings(file: string, [before, between, after]: [string, string, string]): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true })
  const handle = await open(file, 'w')
  let pending = before
  let isFirst = true
  for (const entry of simulateLearnings(learnings, 1)) {
    pending += (isFirst ? '' : between) + JSON.stringify(entry)
    isFirst = false
    if (pending.length > 1 << 20) {
      await handle.appendFile(pending)
      pending = ''
    }
  }
  await handle.appendFile(pending + after)
  await handle.close()
}

function median(values: readonly number[]): number {
  return [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN
}
