import { spawn, spawnSync } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { packageRoot } from '../../src/system/package-root.ts'
import { engineDirectory, workplace } from './setup.ts'

const program = path.join(packageRoot(), 'bin', 'genesis-improve.js')
const environment = { ...process.env, GENESIS_ENGINE_DIR: engineDirectory }

interface Ended {
  code: number | null
  signal: NodeJS.Signals | null
  stdout: string
  stderr: string
}

/** Runs the built program in a home, to its end. */
export function genesis(home: string, args: readonly string[], extra: NodeJS.ProcessEnv = {}): Ended {
  const { status, signal, stdout, stderr } = spawnSync(process.execPath, [program, ...args, '--home', home], {
    ...{ encoding: 'utf8', env: { ...environment, ...extra } },
  })
  return { code: status, signal, stdout, stderr }
}

/** Starts the built program and lets it run. */
export function startGenesis(home: string, args: readonly string[]): { child: ChildProcess; ended: Promise<Ended> } {
  const child = spawn(process.execPath, [program, ...args, '--home', home], { env: environment, stdio: ['ignore', 'pipe', 'pipe'] })
  const said = { stdout: '', stderr: '' }
  child.stdout?.on('data', (chunk: Buffer) => (said.stdout += chunk.toString()))
  child.stderr?.on('data', (chunk: Buffer) => (said.stderr += chunk.toString()))
  const ended = new Promise<Ended>((resolve) => child.on('close', (code, signal) => resolve({ code, signal, ...said })))
  return { child, ended }
}

/** A demo home with few items and a training of a few steps. */
export function miniatureHome(epochs: number): string {
  const home = mkdtempSync(path.join(workplace, 'home-'))
  const made = genesis(home, ['init', '--demo'])
  if (made.code !== 0) throw new Error(made.stderr)
  const file = path.join(home, 'genesis-improve.config.json')
  const config = JSON.parse(readFileSync(file, 'utf8')) as { trainer: object }
  writeFileSync(file, JSON.stringify({ ...config, trainer: { ...config.trainer, epochs, learningRate: 0.003, rank: 4, alpha: 8 } }))
  for (const [name, lines] of [
    ['gate', 30],
    ['retention', 70],
  ] as const) {
    const items = path.join(home, 'data', `${name}.jsonl`)
    writeFileSync(items, readFileSync(items, 'utf8').split('\n').slice(0, lines).join('\n'))
  }
  return home
}

/** Digest of the merged model that the home's only cycle staged. */
export function stagedDigest(home: string): string {
  const finished = journal(home).find(({ event, step }) => event === 'step-finished' && step === 'package')
  return String((finished?.['result'] as Record<string, unknown> | undefined)?.['digest'])
}

export function journal(home: string): Record<string, unknown>[] {
  const cycles = path.join(home, 'data', 'cycles')
  const [id] = readdirSync(cycles).filter((name) => name.startsWith('cycle-'))
  const text = readFileSync(path.join(cycles, id ?? '', 'journal.jsonl'), 'utf8')
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
}

export const state = (home: string): Record<string, unknown> =>
  JSON.parse(readFileSync(path.join(home, 'data', 'genesis_improvement_state.json'), 'utf8')) as Record<string, unknown>

/** Waits until the training that this process runs has done so many steps; the report of one that was killed is not taken for it. */
export async function trainedSteps(home: string, child: ChildProcess, steps: number): Promise<void> {
  while (child.exitCode === null) {
    const text = readRunFile(home)
    const match = /step (\d+) of/.exec(text)
    if (text.includes(`"pid":${child.pid},`) && match !== null && Number(match[1]) >= steps) return
    await sleep(50)
  }
}

function readRunFile(home: string): string {
  try {
    return readFileSync(path.join(home, 'data', '.run.json'), 'utf8')
  } catch (error) {
    // Not written yet.
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return ''
    throw error
  }
}

/** Ids of the engine workers that a process has started. */
export function workersOf(parent: number): number[] {
  const ids = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  return ids.map(Number).filter((id) => isWorker(id) && new RegExp(`^PPid:\\s+${parent}$`, 'm').test(readProcess(id, 'status')))
}

/** Whether an engine worker of the built program goes by this id. */
export const isWorker = (id: number): boolean => readProcess(id, 'cmdline').includes(path.join(packageRoot(), 'dist', 'engine-worker.cjs'))

function readProcess(id: number, file: 'cmdline' | 'status'): string {
  try {
    return readFileSync(`/proc/${id}/${file}`, 'utf8')
  } catch {
    // The process ended meanwhile.
    return ''
  }
}
