import { mkdirSync, mkdtempSync, writeFileSync, chmodSync } from 'node:fs'
import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { enginePaths } from '../../src/engine/engine-directory.ts'
import { packageRoot } from '../../src/system/package-root.ts'
import { crashingEngine } from '../e2e/fake-engine.ts'
import { writeModel } from '../gguf/models.ts'

/** What all homes of a campaign share and none of them changes. */
export interface Surroundings {
  /** For everything that is made; in memory where that can be had, since nothing here has to survive a power cut. */
  directory: string
  base: string
  /** A GGUF adapter for the base. */
  adapter: string
  engineDirectory: string
}

export const answerTo = (question: string): string => `answer to ${question}`
const memory = '/dev/shm'

export async function makeSurroundings(): Promise<Surroundings> {
  const directory = mkdtempSync(path.join(existsSync(memory) ? memory : tmpdir(), 'genesis-faults-'))
  const floats = (length: number): Float32Array => Float32Array.from({ length }, (_, index) => (index + 1) / 48)
  const base = await writeModel(directory, 'base', {
    'blk.0.attn_q.weight': { shape: [8, 6], values: floats(48) },
    'blk.0.attn_v.weight': { shape: [8, 6], values: floats(48) },
  })
  const halves = {
    'blk.0.attn_q.weight.lora_a': { shape: [8, 2], values: floats(16) },
    'blk.0.attn_q.weight.lora_b': { shape: [2, 6], values: floats(12) },
  }
  const adapter = await writeModel(directory, 'adapter', halves, 4)
  return { directory, base, adapter, engineDirectory: answeringEngine(path.join(directory, 'engine')) }
}

/** An engine of the right version whose runtime answers at once. */
function answeringEngine(directory: string): string {
  mkdirSync(directory)
  crashingEngine(directory)
  const { runtime } = enginePaths(directory)
  writeFileSync(runtime, `#!${process.execPath}\nrequire(${JSON.stringify(fake('engine-runtime.cjs'))})\n`)
  chmodSync(runtime, 0o755)
  return directory
}

export const fake = (name: string): string => path.join(packageRoot(), 'test', 'fakes', name)
