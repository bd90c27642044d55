import { spawnSync } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { packageRoot } from '../src/system/package-root.ts'
import type { BenchRow } from './row.ts'

const pairs = 25
const goal = 2
const program = path.join(packageRoot(), 'bin', 'genesis-improve.js')

/** Starts `status` and an idle `check --once` of the built program in a demo home, each in turn with a bare `node -e 0`. */
export async function benchStartup(): Promise<BenchRow[]> {
  const directory = await mkdtemp(path.join(tmpdir(), 'genesis-bench-startup-'))
  try {
    const home = path.join(directory, 'home')
    secondsOf([program, 'init', '--demo', '--home', home])
    await raiseThreshold(path.join(home, 'genesis-improve.config.json'))
    return [
      compare('start-up: `status`, against a bare `node -e 0`', [program, 'status', '--home', home]),
      compare('start-up: idle `check --once`, against a bare `node -e 0`', [program, 'check', '--once', '--home', home]),
    ]
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

/** So that nothing is due in the demo's home. */
async function raiseThreshold(file: string): Promise<void> {
  const config = JSON.parse(await readFile(file, 'utf8')) as object
  await writeFile(file, JSON.stringify({ ...config, triggers: { learnings: 1_000_000 } }))
}

function compare(what: string, command: readonly string[]): BenchRow {
  // The first calls count the learnings and compile the program for those that follow.
  for (let call = 0; call < 3; call += 1) secondsOf(command)
  const measured = Array.from({ length: pairs }, () => ({ bare: secondsOf(['-e', '0']), ours: secondsOf(command) }))
  const ratio = median(measured.map(({ bare, ours }) => ours / bare))
  const milliseconds = (of: 'bare' | 'ours'): string => (1000 * median(measured.map((pair) => pair[of]))).toFixed(0)
  return {
    what,
    goal: `at most ${goal} times`,
    measured: `${ratio.toFixed(2)} times (${milliseconds('ours')} ms against ${milliseconds('bare')} ms, medians of ${pairs} pairs, Node ${process.versions.node})`,
    met: ratio <= goal,
  }
}

/** Seconds from the start of a Node process to its end. */
function secondsOf(args: readonly string[]): number {
  const started = performance.now()
  const { status, stderr } = spawnSync(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'], encoding: 'utf8' })
  const seconds = (performance.now() - started) / 1000
  if (status !== 0) throw new Error(`${args.join(' ')} ended with ${String(status)}: ${stderr}`)
  return seconds
}

const median = (values: readonly number[]): number => [...values].sort((left, right) => left - right)[Math.floor(values.length / 2)] ?? NaN
