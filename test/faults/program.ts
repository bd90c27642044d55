import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import type { Home } from '../../src/state/home.ts'
import { packageRoot } from '../../src/system/package-root.ts'
import type { Surroundings } from './surroundings.ts'

/** What the program meets. Without `at` nothing happens to it. */
export interface Plan {
  /** The operation of the program at which it happens, counted from 1. */
  at?: number
  what?: 'kill' | 'torn' | 'error' | 'signal' | 'clock'
  /** What the operation fails with, and whether all later ones that can do as well. */
  code?: 'ENOSPC' | 'EIO' | 'EACCES'
  lasting?: boolean
  signal?: 'SIGTERM' | 'SIGINT'
  /** How far the clock jumps. */
  jumpMs?: number
  /** How far it is ahead from the start. */
  clockMs?: number
  /** Whether every operation is reported. */
  record?: boolean
}

/** One operation of the program on its home or on the network. */
export interface Operation {
  number: number
  operation: string
  file: string
  /** What it may fail with; empty for those that only look. */
  errors: string[]
  /** Whether the half of it can be done. */
  torn: boolean
}

export interface Ended {
  code: number | null
  signal: NodeJS.Signals | null
  said: string
  /** The operations that were recorded, or the one that was struck. */
  operations: Operation[]
}

const program = path.join(packageRoot(), 'bin', 'genesis-improve.js')
const preload = path.join(packageRoot(), 'test', 'faults', 'preload', 'main.cjs')
/** Nothing here takes so long; a call that does hangs. */
const limitMs = 120_000

/** Runs the built program in a home under a plan, to its end. */
export async function run(around: Surroundings, home: Home, args: readonly string[], plan: Plan = {}): Promise<Ended> {
  const { ended } = start(around, home, args, plan)
  return await ended
}

export function start(
  around: Surroundings,
  home: Home,
  args: readonly string[],
  plan: Plan = {},
): { child: ChildProcess; ended: Promise<Ended> } {
  const report = `${home.root.replace(/-$/, '')}.report-${(reports += 1)}`
  const child = spawn(process.execPath, ['--require', preload, program, ...args, '--home', home.root], {
    cwd: home.root,
    env: {
      ...{ PATH: process.env['PATH'], HOME: around.directory, GENESIS_ENGINE_DIR: around.engineDirectory, GENESIS_DEBUG: '1' },
      GENESIS_FAULT_PLAN: JSON.stringify({ ...plan, scope: home.root, report }),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: limitMs,
    killSignal: 'SIGQUIT',
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (said += text))
  const ended = new Promise<Ended>((resolve) => {
    child.on('close', (code, signal) => resolve({ code, signal, said, operations: takeReport(report) }))
  })
  return { child, ended }
}

let reports = 0

function takeReport(file: string): Operation[] {
  if (!existsSync(file)) return []
  const text = readFileSync(file, 'utf8')
  rmSync(file)
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Operation)
}
