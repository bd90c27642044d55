import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, loadavg, tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { homeAt } from '../src/state/home.ts'
import type { Home } from '../src/state/home.ts'
import { packageRoot } from '../src/system/package-root.ts'
import { load } from './api/load.ts'
import type { BenchRow } from './row.ts'

const seconds = 20
const statusesPerSecond = 200
const learningsPerSecond = 20

/** Asks and tells a real server for 20 seconds while cycles run in its home, kills it, and looks for what it acknowledged. */
export async function benchApi(): Promise<BenchRow[]> {
  const home = preparedHome()
  const children: ChildProcess[] = []
  try {
    const cycles = spawn(process.execPath, ['--import', 'tsx', path.join(packageRoot(), 'bench', 'api', 'cycles.ts'), home.root], {
      cwd: packageRoot(),
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    children.push(cycles)
    const steps = stepsOf(cycles)
    const server = spawn(
      process.execPath,
      [path.join(packageRoot(), 'bin', 'genesis-improve.js'), 'serve', '--json', '--home', home.root],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    )
    children.push(server)
    const [line] = (await once(createInterface(server.stdout), 'line')) as [string]
    const { api } = JSON.parse(line) as { api: string }
    await steps.first
    const before = { steps: steps.count(), bytes: residentBytes(server), processorSeconds: processorSeconds(server) }
    const busy = loadavg()[0] ?? 0
    const { statusMs, learningMs, acknowledged, failures } = await load(api, seconds, statusesPerSecond, learningsPerSecond)
    const during = { steps: steps.count() - before.steps, bytes: residentBytes(server) }
    const used = processorSeconds(server) - before.processorSeconds
    const ended = once(server, 'exit')
    server.kill('SIGKILL')
    await ended
    const kept = idsIn(home)
    const lost = acknowledged.filter((id) => kept.filter((one) => one === id).length !== 1)
    return [
      {
        what: `API: ${statusesPerSecond} statuses and ${learningsPerSecond} learnings a second for ${seconds} s while cycles run`,
        goal: 'no error',
        measured:
          `${statusMs.length} statuses (${times(statusMs)}), ${learningMs.length} learnings (${times(learningMs)}), ${failures.length} errors` +
          `${failures.length > 0 ? ` such as ${failures[0]}` : ''}; ${during.steps} steps ran; the server took ${used.toFixed(1)} s of a processor; ${availableParallelism()} processors, load before ${busy.toFixed(1)}`,
        met: failures.length === 0 && during.steps > 0,
      },
      {
        what: 'API: acknowledged learnings found after kill -9',
        goal: 'each, once',
        measured: `${acknowledged.length - lost.length} of ${acknowledged.length}`,
        met: lost.length === 0,
      },
      {
        what: 'API: memory under load',
        goal: 'under 300 MB resident',
        measured: `${megabytes(before.bytes)} before, ${megabytes(during.bytes)} after`,
        met: during.bytes < 300e6,
      },
    ]
  } finally {
    for (const child of children) child.kill('SIGKILL')
    rmSync(home.root, { recursive: true, force: true })
  }
}

/** 100 corrections to train on, and as many questions that the model answers right. */
function preparedHome(): Home {
  const home = homeAt(mkdtempSync(path.join(tmpdir(), 'genesis-bench-api-')))
  mkdirSync(home.data)
  writeFileSync(home.config, JSON.stringify({ server: { port: 0, metrics: false } }))
  const numbers = Array.from({ length: 100 }, (_, index) => index)
  const lines = (documents: object[]): string => documents.map((document) => `${JSON.stringify(document)}\n`).join('')
  writeFileSync(
    home.learningsJsonl,
    lines(numbers.map((index) => ({ id: `fix-${index}`, input: `fix number ${index}`, correction: `answer to fix number ${index}` }))),
  )
  writeFileSync(
    home.userRetention,
    lines(numbers.map((index) => ({ id: `keep-${index}`, input: `keep number ${index}`, expected: `answer to keep number ${index}` }))),
  )
  return home
}

function stepsOf(cycles: ChildProcess): { first: Promise<unknown>; count: () => number } {
  let count = 0
  const first = cycles.stderr === null ? Promise.resolve() : once(cycles.stderr, 'data')
  cycles.stderr?.on('data', (dots: Buffer) => (count += dots.toString().split('.').length - 1))
  return { first, count: () => count }
}

function idsIn(home: Home): string[] {
  const lines = readFileSync(home.learningsJsonl, 'utf8').split('\n')
  return lines.flatMap((line) => (line === '' ? [] : [(JSON.parse(line) as { id: string }).id]))
}

/** Zero where the system does not tell it. */
function residentBytes({ pid }: ChildProcess): number {
  if (process.platform !== 'linux') return 0
  return 1024 * Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0)
}

/** As Linux counts it, in hundredths; zero elsewhere. */
function processorSeconds({ pid }: ChildProcess): number {
  if (process.platform !== 'linux') return 0
  const [, fields = ''] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')
  const [user, system] = fields.split(' ').slice(11, 13)
  return (Number(user) + Number(system)) / 100
}

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(0)} MB`

/** Ascending times in words. */
const times = (sorted: readonly number[]): string => {
  const at = (share: number): string => (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN).toFixed(0)
  return `median ${at(0.5)} ms, 99th percentile ${at(0.99)} ms`
}
