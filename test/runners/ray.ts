import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import path from 'node:path'
import { after } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from './sshd.ts'

const version = '2.60.0'
const cache = path.join(homedir(), '.cache', 'genesis-improve', 'runners')

/** A real Ray of one node, installed once into the user's cache; it ends with the test file. */
export async function startRay(): Promise<{ directory: string; address: string }> {
  const environment = path.join(cache, `ray-${version}`)
  const ray = path.join(environment, 'bin', 'ray')
  if (!existsSync(ray)) {
    mkdirSync(cache, { recursive: true })
    run('python3', ['-m', 'venv', environment])
    run(path.join(environment, 'bin', 'pip'), ['install', '--quiet', `ray[default]==${version}`])
  }
  // Paths of its sockets have to stay short.
  const place = mkdtempSync(path.join(tmpdir(), 'gray-'))
  const [port, dashboard] = [await freePort(), await freePort()]
  const args = [
    ...['start', '--head', '--block', '--disable-usage-stats', '--num-cpus=2', `--port=${port}`, `--temp-dir=${place}/ray`],
    ...['--dashboard-host=127.0.0.1', `--dashboard-port=${dashboard}`, '--node-ip-address=127.0.0.1', '--object-store-memory=80000000'],
  ]
  const log = path.join(place, 'log')
  // A group of its own, so that everything it starts ends with it.
  const head = spawn('sh', ['-c', 'exec "$@" >"$0" 2>&1', log, ray, ...args], { detached: true, stdio: 'ignore' })
  after(async () => {
    const gone = new Promise((resolve) => head.once('exit', resolve))
    if (head.exitCode === null && head.pid !== undefined) {
      process.kill(-head.pid, 'SIGTERM')
      const timer = setTimeout(() => process.kill(-(head.pid ?? 0), 'SIGKILL'), 10_000)
      await gone
      clearTimeout(timer)
    }
    rmSync(place, { recursive: true, force: true })
  })
  const address = `http://127.0.0.1:${dashboard}`
  const until = Date.now() + 240_000
  while (!(await answers(`${address}/api/jobs/`))) {
    if (Date.now() > until || head.exitCode !== null) throw new Error(`Ray did not start:\n${readFileSync(log, 'utf8').slice(-2000)}`)
    await sleep(200)
  }
  return { directory: path.join(place, 'jobs'), address }
}

function run(program: string, args: readonly string[]): void {
  const { status } = spawnSync(program, args, { stdio: ['ignore', 2, 2] })
  if (status !== 0) throw new Error(`${program} ended with ${status}: these tests need the real Ray.`)
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(url)).ok
  } catch (error) {
    if (error instanceof TypeError) return false
    throw error
  }
}
