import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { execa } from 'execa'
import type { GgmlType } from '../src/gguf/ggml-types.ts'
import { writeAdapter, writeModel } from './merge-models.ts'
import type { BenchRow } from './row.ts'

const runs = 5
const goal = 5

/** The usual mixtures: in Q4_K_M the embedding, attn_v and ffn_down are finer than the rest. All that the adapter touches is written as Q8_0. */
const mixtures: Record<string, (tensor: string) => GgmlType> = {
  Q8_0: () => 'Q8_0',
  Q4_K_M: (tensor) => (/token_embd|attn_v|ffn_down/.test(tensor) ? 'Q6_K' : 'Q4_K'),
}

/** Merges the same adapter into the same models with this program and with a NumPy script, in turn; the goal is in docs (design: five times faster). */
export async function benchMerge(): Promise<BenchRow[]> {
  const missing = await execa('python3', ['-c', 'import numpy, gguf'], { reject: false })
  const rows: BenchRow[] = []
  for (const [mixture, typeOf] of Object.entries(mixtures)) {
    const row = {
      what: `merging LoRA into a ${mixture} model of 268M parameters, against NumPy and gguf-py`,
      goal: `at least ${goal} times faster`,
    }
    const measured = 'not measured: python3 with numpy and gguf is needed (pip install numpy gguf)'
    rows.push(missing.failed ? { ...row, measured, met: false } : { ...row, ...(await compare(typeOf)) })
  }
  return rows
}

async function compare(typeOf: (tensor: string) => GgmlType): Promise<Pick<BenchRow, 'measured' | 'met'>> {
  const directory = await mkdtemp(path.join(tmpdir(), 'genesis-bench-merge-'))
  try {
    const files = {
      base: path.join(directory, 'base.gguf'),
      adapter: path.join(directory, 'adapter.gguf'),
      output: path.join(directory, 'merged.gguf'),
    }
    await writeModel(files.base, typeOf)
    await writeAdapter(files.adapter)
    const program = await bundledMerge(directory)
    const [ours, theirs]: [number[], number[]] = [[], []]
    for (let run = 0; run < runs; run++) {
      theirs.push(await secondsOf('python3', source('merge_numpy.py'), files))
      ours.push(await secondsOf(process.execPath, program, files))
    }
    const ratio = median(theirs) / median(ours)
    const measured = `${ratio.toFixed(1)} times faster (${median(ours).toFixed(2)} s against ${median(theirs).toFixed(2)} s, medians of ${runs})`
    return { measured, met: ratio >= goal }
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

interface Files {
  base: string
  adapter: string
  output: string
}

/** The merge as users run it: bundled, with its thread where the program's directory has it. Gives the program's file. */
async function bundledMerge(directory: string): Promise<string> {
  await build({
    entryPoints: { merge: source('merge-child.ts'), 'merge-thread': source('../src/gguf/merge-thread.ts') },
    outdir: path.join(directory, 'dist'),
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    logLevel: 'warning',
  })
  await mkdir(path.join(directory, 'bin'))
  await writeFile(path.join(directory, 'bin', 'genesis-improve.js'), '')
  await writeFile(path.join(directory, 'package.json'), '{"type":"module"}')
  return path.join(directory, 'dist', 'merge.js')
}

/** What the script says it took, with the digest and waiting for the disk, without starting its interpreter and its imports. */
async function secondsOf(interpreter: string, script: string, { base, adapter, output }: Files): Promise<number> {
  const { stdout } = await execa(interpreter, [script, base, adapter, output])
  await rm(output)
  return Number(stdout.split(' ').at(-1))
}

const source = (file: string): string => fileURLToPath(new URL(file, import.meta.url))
const median = (values: readonly number[]): number => [...values].sort((left, right) => left - right)[Math.floor(values.length / 2)] ?? NaN
