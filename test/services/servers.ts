import { spawn, spawnSync } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { createWriteStream, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { homedir, tmpdir } from 'node:os'
import path from 'node:path'
import { after } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { packageRoot } from '../../src/system/package-root.ts'

/*
 * Real servers for the tests of this directory: built once into the user's cache (GENESIS_SERVICES_DIR moves it), each started on free loopback
 * ports with data of its own, and stopped at the end of the test file.
 */
const versions = { ollama: '0.17.4', weaviate: '1.35.2' } as const
const cache = process.env['GENESIS_SERVICES_DIR'] ?? path.join(homedir(), '.cache', 'genesis-improve', 'services')
const readyWithinMs = 120_000

/** For everything that a test file makes. */
export const workplace = mkdtempSync(path.join(tmpdir(), 'genesis-services-'))
const running: ChildProcess[] = []
after(async () => {
  for (const child of running) await stop(child)
  rmSync(workplace, { recursive: true, force: true })
})

export async function startOllama(): Promise<{ host: string; binary: string }> {
  const binary = path.join(build('ollama'), 'ollama')
  const [port = 0] = await freePorts(1)
  const home = mkdtempSync(path.join(workplace, 'ollama-'))
  const host = `http://127.0.0.1:${port}`
  const environment = { HOME: home, OLLAMA_HOST: `127.0.0.1:${port}`, OLLAMA_MODELS: path.join(home, 'models') }
  await start(binary, ['serve'], environment, `${host}/api/version`)
  return { host, binary }
}

export async function startWeaviate(
  more: Record<string, string> = {},
): Promise<{ port: number; grpcPort: number; stop: () => Promise<void> }> {
  const binary = path.join(build('weaviate'), 'weaviate-server')
  const [port = 0, grpcPort = 0, gossip = 0, data = 0, raft = 0, rpc = 0] = await freePorts(6)
  const place = mkdtempSync(path.join(workplace, 'weaviate-'))
  const environment = {
    ...{ AUTHENTICATION_ANONYMOUS_ACCESS_ENABLED: 'true', PERSISTENCE_DATA_PATH: place, DEFAULT_VECTORIZER_MODULE: 'none' },
    ...{ CLUSTER_HOSTNAME: 'node1', CLUSTER_ADVERTISE_ADDR: '127.0.0.1', RAFT_BOOTSTRAP_EXPECT: '1', GRPC_PORT: String(grpcPort) },
    ...{ CLUSTER_GOSSIP_BIND_PORT: String(gossip), CLUSTER_DATA_BIND_PORT: String(data) },
    ...{ RAFT_PORT: String(raft), RAFT_INTERNAL_RPC_PORT: String(rpc), DISABLE_TELEMETRY: 'true', ...more },
  }
  const args = ['--host', '127.0.0.1', '--port', String(port), '--scheme', 'http']
  const child = await start(binary, args, environment, `http://127.0.0.1:${port}/v1/.well-known/ready`)
  return { port, grpcPort, stop: () => stop(child) }
}

/** Builds a server unless it is in the cache; some minutes, the first time on a machine. */
function build(name: keyof typeof versions): string {
  const directory = path.join(cache, `${name}-${versions[name]}`)
  mkdirSync(directory, { recursive: true })
  const script = path.join(packageRoot(), 'scripts', 'services', `install-${name}.sh`)
  const { status } = spawnSync('bash', [script, directory, versions[name]], { stdio: ['ignore', 2, 2] })
  if (status !== 0) throw new Error(`${script} ended with ${status}: these tests need the real server.`)
  return directory
}

async function start(
  binary: string,
  args: readonly string[],
  environment: Record<string, string>,
  readyUrl: string,
): Promise<ChildProcess> {
  const log = path.join(mkdtempSync(path.join(workplace, 'log-')), 'log')
  const child = spawn(binary, args, {
    env: { PATH: process.env['PATH'], HOME: workplace, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  running.push(child)
  const output = createWriteStream(log)
  child.stdout.pipe(output)
  child.stderr.pipe(output)
  const until = Date.now() + readyWithinMs
  while (child.exitCode === null && Date.now() < until) {
    const response = await fetch(readyUrl).catch(() => null)
    if (response?.ok) return child
    await sleep(100)
  }
  throw new Error(`${binary} did not become ready:\n${readFileSync(log, 'utf8').slice(-2000)}`)
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), 10_000)
  await ended
  clearTimeout(timer)
}

async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer())
  await Promise.all(servers.map((server) => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))))
  const ports = servers.map((server) => (server.address() as AddressInfo).port)
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
  return ports
}
