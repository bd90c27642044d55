import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { LshIndex } from '../src/dataset/near-duplicates/lsh-index.ts'
import { shinglesOf } from '../src/dataset/near-duplicates/shingles.ts'
import type { Shingles } from '../src/dataset/near-duplicates/shingles.ts'
import { similarity } from '../src/dataset/near-duplicates/similarity.ts'
import { madeTexts } from '../test/dataset/near-duplicates/made-texts.ts'
import type { BenchRow } from './row.ts'

const count = 100_000
const runs = 3
const goals = { times: 4, recall: 0.98 }
/** The pairs that recall is measured by. */
const threshold = 0.8
const queriesLooked = 300

/**
 * Near-duplicates among 100,000 short learnings, each searched among those before it, beside datasketch with the same bands. Ours makes the sets
 * and verifies what it finds; datasketch gets the sets ready and verifies nothing.
 */
export async function benchNearDuplicates(): Promise<BenchRow[]> {
  const texts = madeTexts(count, 1)
  const ours: { seconds: number; sets: Shingles[]; found: number[][] }[] = []
  for (let run = 0; run < runs; run += 1) ours.push(search(texts))
  const [{ sets, found }] = ours as [(typeof ours)[number]]
  const queries = Array.from({ length: queriesLooked }, (_, index) => count - 1 - index * 200)
  const truth = queries.map((query) => nearBefore(query, sets))
  const seconds = median(ours.map((run) => run.seconds))
  const recall = recallOf(
    truth,
    queries.map((query) => found[query] ?? []),
  )
  const what = `near-duplicates among ${count.toLocaleString('en')} short learnings`
  const recallRow = {
    what: `${what}: recall at Jaccard ${threshold} against brute force`,
    goal: `at least ${goals.recall}`,
    measured: `${recall.toFixed(4)} (${truth.flat().length} pairs of ${queriesLooked} texts)`,
    met: recall >= goals.recall,
  }
  const theirs = await datasketch(sets, queries)
  const beside = { what: `${what}, beside datasketch`, goal: `at least ${goals.times} times faster at the same recall` }
  if (typeof theirs === 'string')
    return [recallRow, { ...beside, measured: `${seconds.toFixed(2)} s; datasketch could not be run: ${theirs}`, met: false }]
  const times = theirs.seconds / seconds
  const measured = `${times.toFixed(1)} times (${seconds.toFixed(2)} s of processor time, median of ${runs}, against ${theirs.seconds.toFixed(2)} s; recall ${recall.toFixed(4)} against ${recallOf(truth, theirs.found).toFixed(4)})`
  return [recallRow, { ...beside, measured, met: times >= goals.times && recall >= recallOf(truth, theirs.found) - 0.005 }]
}

function search(texts: readonly string[]): { seconds: number; sets: Shingles[]; found: number[][] } {
  const before = process.cpuUsage()
  const sets = texts.map(shinglesOf)
  const index = new LshIndex(sets.length)
  const found = sets.map((set) => index.add(set))
  const { user, system } = process.cpuUsage(before)
  return { seconds: (user + system) / 1e6, sets, found }
}

function nearBefore(query: number, sets: readonly Shingles[]): number[] {
  const set = sets[query] as Shingles
  return sets.slice(0, query).flatMap((other, number) => (similarity(set, other) >= threshold ? [number] : []))
}

function recallOf(truth: readonly number[][], found: readonly number[][]): number {
  const hits = truth.map((numbers, index) => numbers.filter((number) => found[index]?.includes(number)).length)
  return hits.reduce((sum, number) => sum + number, 0) / truth.flat().length
}

/** Its time and what it found, or why it could not be run. */
async function datasketch(sets: readonly Shingles[], queries: readonly number[]): Promise<{ seconds: number; found: number[][] } | string> {
  const directory = await mkdtemp(path.join(tmpdir(), 'genesis-bench-near-'))
  try {
    const files = ['shingles', 'lengths', 'queries'].map((name) => path.join(directory, name)) as [string, string, string]
    await writeFile(files[0], Buffer.concat(sets.map(({ hashes }) => Buffer.from(hashes.buffer, hashes.byteOffset, hashes.byteLength))))
    await writeFile(
      files[1],
      Int32Array.from(sets, ({ hashes }) => hashes.length),
    )
    await writeFile(files[2], Int32Array.from(queries))
    const script = fileURLToPath(new URL('near_duplicates.py', import.meta.url))
    const { stdout, stderr, exitCode } = await execa('python3', [script, ...files], { reject: false })
    return exitCode === 0 ? (JSON.parse(stdout) as { seconds: number; found: number[][] }) : (stderr.split('\n').at(-1) ?? 'it failed')
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

const median = (values: readonly number[]): number => [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)] ?? NaN
