import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { homeAt } from '../../src/state/home.ts'
import type { Home } from '../../src/state/home.ts'
import { answerTo, fake } from './surroundings.ts'
import type { Surroundings } from './surroundings.ts'

let made = 0

/** A directory of its own for a home, under a name by which processes that work in it are found. */
export function newRoot({ directory }: Surroundings): string {
  made += 1
  return path.join(directory, `home-${made}-`)
}

/** A home with 50 corrections, of which 20 are held out, and 60 retention items: just enough for a model that learns to be deployed. */
export function readyHome(around: Surroundings, settings: object = {}): Home {
  const home = homeAt(newRoot(around))
  mkdirSync(home.data, { recursive: true })
  const command = { program: process.execPath, args: [fake('quick-trainer.cjs'), around.adapter] }
  const config = {
    base: { gguf: around.base },
    // Homes that are tried side by side must not wait for each other's training.
    trainer: { kind: 'command', command, rank: 2, alpha: 4, targetModules: ['attn_q'], lock: false },
    triggers: { learnings: 50 },
    dataset: { retentionTarget: 60 },
    gate: { failureShare: 0.2, probation: 'off' },
    ...settings,
  }
  writeFileSync(home.config, JSON.stringify(config))
  writeFileSync(
    home.userRetention,
    lines(60, (index) => retentionItem(`keep number ${index}`)),
  )
  writeFileSync(
    home.learningsJsonl,
    lines(30, (index) => correction(`fix 0 number ${index}`)),
  )
  writeFileSync(
    home.learningsJson,
    JSON.stringify({ learnings: Array.from({ length: 20 }, (_, index) => correction(`fix 0 number ${30 + index}`)) }),
  )
  return home
}

export const correction = (input: string): object => ({
  id: input.replaceAll(' ', '-'),
  input,
  correction: answerTo(input),
  category: 'fixing',
})

const retentionItem = (input: string): object => ({ id: input.replaceAll(' ', '-'), input, expected: answerTo(input) })

export function lines(count: number, entry: (index: number) => object): string {
  return Array.from({ length: count }, (_, index) => `${JSON.stringify(entry(index))}\n`).join('')
}

/** A home as it was at another time, for a process that knows nothing of the one that left it so. */
export function copyOf(home: Home, around: Surroundings): Home {
  const root = newRoot(around)
  cpSync(home.root, root, { recursive: true, verbatimSymlinks: true })
  return homeAt(root)
}

/** Works in a copy of a home, which goes afterwards unless the work failed and GENESIS_FAULTS_KEEP is set. */
export async function inCopyOf<Result>(home: Home, around: Surroundings, work: (copy: Home) => Promise<Result>): Promise<Result> {
  const copy = copyOf(home, around)
  let isKept = process.env['GENESIS_FAULTS_KEEP'] !== undefined
  try {
    const result = await work(copy)
    isKept = false
    return result
  } finally {
    if (!isKept) rmSync(copy.root, { recursive: true, force: true })
  }
}
