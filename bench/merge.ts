import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import { execa } from 'execa'
import type { mergeLora } from '../src/gguf/merge.ts'
import { MetadataValue } from '../src/gguf/metadata.ts'
import { quantise } from '../src/gguf/quantisation.ts'
import { writeGguf } from '../src/gguf/writer.ts'
import type { TensorLayout } from '../src/gguf/writer.ts'
import type { BenchRow } from './row.ts'

const [layers, width, heads, keys, hidden, vocabulary, rank] = [16, 1024, 2048, 512, 3072, 32768, 16]
const runs = 3
const goal = 5
const what = 'merging LoRA into a Q8_0 model of 268M parameters, against NumPy and gguf-py'

/** The shapes (columns, rows) of one layer's matrices, all of which the adapter touches: about 14.7M parameters. */
const matrices = {
  ...{ attn_q: [width, heads], attn_k: [width, keys], attn_v: [width, keys], attn_output: [heads, width] },
  ...{ ffn_gate: [width, hidden], ffn_up: [width, hidden], ffn_down: [hidden, width] },
} satisfies Record<string, [number, number]>

/** Merges the same adapter into the same model with this program and with a NumPy script, in turn; the goal is in docs (design: five times faster). */
export async function benchMerge(): Promise<BenchRow[]> {
  const row = { what, goal: `at least ${goal} times faster` }
  const missing = await execa('python3', ['-c', 'import numpy, gguf'], { reject: false })
  if (missing.failed)
    return [{ ...row, measured: 'not measured: python3 with numpy and gguf is needed (pip install numpy gguf)', met: false }]
  const directory = await mkdtemp(path.join(tmpdir(), 'genesis-bench-merge-'))
  try {
    const files = {
      base: path.join(directory, 'base.gguf'),
      adapter: path.join(directory, 'adapter.gguf'),
      output: path.join(directory, 'merged.gguf'),
    }
    await writeModel(files.base)
    await writeAdapter(files.adapter)
    const merge = await bundledMerge(directory)
    const [ours, theirs]: [number[], number[]] = [[], []]
    for (let run = 0; run < runs; run++) {
      theirs.push(await mergeWithNumpy(files))
      ours.push(await mergeWithUs(merge, files))
    }
    const ratio = median(theirs) / median(ours)
    const measured = `${ratio.toFixed(1)} times faster (${median(ours).toFixed(2)} s against ${median(theirs).toFixed(2)} s, medians of ${runs})`
    return [{ ...row, measured, met: ratio >= goal }]
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

interface Files {
  base: string
  adapter: string
  output: string
}

/** The merge as users run it: bundled, with its thread where the program's directory has it. */
async function bundledMerge(directory: string): Promise<typeof mergeLora> {
  const entryPoints = { merge: source('merge.ts'), 'merge-thread': source('merge-thread.ts') }
  await build({
    entryPoints,
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
  const bundle = (await import(pathToFileURL(path.join(directory, 'dist', 'merge.js')).href)) as { mergeLora: typeof mergeLora }
  return bundle.mergeLora
}

/** Seconds, with starting its threads, computing the digest and waiting for the disk. */
async function mergeWithUs(merge: typeof mergeLora, files: Files): Promise<number> {
  const started = performance.now()
  await merge(files)
  const seconds = (performance.now() - started) / 1000
  await rm(files.output)
  return seconds
}

/** Seconds, with the digest and waiting for the disk, without starting Python and importing NumPy. */
async function mergeWithNumpy({ base, adapter, output }: Files): Promise<number> {
  const script = fileURLToPath(new URL('merge_numpy.py', import.meta.url))
  const { stdout } = await execa('python3', [script, base, adapter, output])
  await rm(output)
  return Number(stdout.split(' ')[1])
}

async function writeModel(file: string): Promise<void> {
  const tensors: TensorLayout[] = [{ name: 'token_embd.weight', shape: [width, vocabulary], type: 'Q8_0' }]
  forEachMatrix((name, shape) => tensors.push({ name, shape, type: 'Q8_0' }))
  const metadata = new Map([
    ['general.architecture', MetadataValue.text('qwen3')],
    ['general.file_type', MetadataValue.uint32(7)],
    ['general.quantization_version', MetadataValue.uint32(2)],
  ])
  const piece = quantise('Q8_0', pseudoRandom('weights', width * 512, 0.05))
  const data = async function* () {
    for (const { shape } of tensors) for (let rest = count(shape); rest > 0; rest -= width * 512) yield await Promise.resolve(piece)
  }
  await writeGguf(file, { version: 3, alignment: 32, metadata, tensors }, data())
}

async function writeAdapter(file: string): Promise<void> {
  const tensors: TensorLayout[] = []
  forEachMatrix((name, [columns, rows]) => {
    tensors.push(
      { name: `${name}.lora_a`, shape: [columns, rank], type: 'F32' },
      { name: `${name}.lora_b`, shape: [rank, rows], type: 'F32' },
    )
  })
  const metadata = new Map([
    ['general.architecture', MetadataValue.text('qwen3')],
    ['general.type', MetadataValue.text('adapter')],
    ['adapter.type', MetadataValue.text('lora')],
    ['adapter.lora.alpha', MetadataValue.float32(2 * rank)],
  ])
  const data = async function* () {
    for (const { name, shape } of tensors) yield await Promise.resolve(new Uint8Array(pseudoRandom(name, count(shape), 0.02).buffer))
  }
  await writeGguf(file, { version: 3, alignment: 32, metadata, tensors }, data())
}

function forEachMatrix(add: (name: string, shape: [number, number]) => void): void {
  for (let layer = 0; layer < layers; layer++)
    for (const [name, shape] of Object.entries(matrices)) add(`blk.${layer}.${name}.weight`, [...shape])
}

/** Values in (-size, size), the same for the same seed. */
function pseudoRandom(seed: string, length: number, size: number): Float32Array {
  let state = createHash('sha256').update(seed).digest().readUInt32LE(0) | 1
  return Float32Array.from({ length }, () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state / 2 ** 31) * size
  })
}

const source = (file: string): string => fileURLToPath(new URL(`../src/gguf/${file}`, import.meta.url))
const count = (shape: readonly number[]): number => shape.reduce((product, length) => product * length, 1)
const median = (values: readonly number[]): number => [...values].sort((left, right) => left - right)[Math.floor(values.length / 2)] ?? NaN
