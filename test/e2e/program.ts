import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { TestContext } from 'node:test'
import { homeAt } from '../../src/state/home.ts'
import type { Home } from '../../src/state/home.ts'
import { packageRoot } from '../../src/system/package-root.ts'

/** The built program, as users start it. */
const program = path.join(packageRoot(), 'bin', 'genesis-improve.js')

export interface Ended {
  code: number | null
  stdout: string
  stderr: string
}

export interface CallOptions {
  /** What comes on standard input; nothing unless told. */
  input?: string | Buffer
  /** Variables beside the few that every call gets. */
  environment?: Record<string, string>
  /** Working directory. */
  directory?: string
  /** Runs as a user without root's power to read and write everything; see `canChangeUser`. */
  unprivileged?: boolean
  /** Resident memory that it may take at most, in megabytes, all threads and buffers included; one that takes more is killed. Linux only. */
  memoryMegabytes?: number
}

const nobody = 65534

/** Starts the program with only what it needs in its environment: no engine, no colour of the caller, no other home. */
export function startProgram(
  args: readonly string[],
  { environment = {}, directory = tmpdir(), unprivileged = false, memoryMegabytes }: CallOptions = {},
) {
  const child = spawn(process.execPath, [program, ...args], {
    cwd: directory,
    env: { PATH: process.env['PATH'], HOME: noEngine(), GENESIS_ENGINE_DIR: noEngine(), ...environment },
    stdio: ['pipe', 'pipe', 'pipe'],
    ...(unprivileged && process.getuid?.() === 0 ? { uid: nobody, gid: nobody } : {}),
  })
  if (memoryMegabytes !== undefined) killAbove(child, memoryMegabytes)
  return child
}

/** The kernel's own limits count what is only reserved, of which newer versions of Node reserve a lot. */
function killAbove(child: ChildProcess, megabytes: number): void {
  const watch = setInterval(() => {
    const peak = /^VmHWM:\s+(\d+) kB$/m.exec(statusOf(child.pid))?.[1]
    if (Number(peak ?? 0) > megabytes * 1000) child.kill('SIGKILL')
  }, 20)
  child.once('exit', () => clearInterval(watch))
}

function statusOf(pid: number | undefined): string {
  try {
    return readFileSync(`/proc/${pid}/status`, 'utf8')
  } catch {
    // It ended meanwhile.
    return ''
  }
}

/** Runs the program to its end. */
export async function genesis(args: readonly string[], options: CallOptions = {}): Promise<Ended> {
  const child = startProgram(args, options)
  const said = { stdout: '', stderr: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said.stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said.stderr += text))
  // A program that ends before it has read its input is no fault of the test.
  child.stdin.on('error', () => undefined)
  child.stdin.end(options.input)
  return await new Promise((resolve) => child.on('close', (code) => resolve({ code, ...said })))
}

/** Runs the program with --json and gives its document, which must be everything on standard output, and nothing must be on standard error. */
export async function genesisJson<Document = Record<string, unknown>>(
  args: readonly string[],
  options: CallOptions & { code?: number } = {},
): Promise<Document> {
  const { code, stdout, stderr } = await genesis([...args, '--json'], options)
  assert.equal(stderr, '', args.join(' '))
  assert.equal(code, options.code ?? 0, `${args.join(' ')}: ${stdout}`)
  return JSON.parse(stdout) as Document
}

export interface ErrorDocument {
  error: { code: string; what: string; why?: string; remedy: string }
}

/** The error that a call ends with, in both forms, with that exit code; gives the JSON form. */
export async function failing(
  args: readonly string[],
  code: number,
  errorCode: string,
  options: CallOptions = {},
): Promise<ErrorDocument['error']> {
  const document = await genesisJson<ErrorDocument>(args, { ...options, code })
  assert.equal(document.error.code, errorCode, JSON.stringify(document))
  assert.ok(document.error.what.length > 0 && document.error.remedy.length > 0)
  return document.error
}

/** A directory that goes when the test ends. */
export function temporaryDirectory(test: TestContext): string {
  const directory = mkdtempSync(path.join(tmpdir(), 'genesis-e2e-'))
  test.after(() => rmSync(directory, { recursive: true, force: true }))
  return directory
}

/** An empty home for a whole file of tests; it goes when the process ends. */
export function homeIn(): Home {
  const directory = mkdtempSync(path.join(tmpdir(), 'genesis-e2e-'))
  process.on('exit', () => rmSync(directory, { recursive: true, force: true }))
  mkdirSync(path.join(directory, 'data'), { mode: 0o700 })
  return homeAt(directory)
}

/** A home with these learnings in genesis_learnings.json (text as it is, anything else as a list) and this configuration. */
export function temporaryHome(test: TestContext, { learnings, config }: { learnings?: unknown; config?: object } = {}): Home {
  const home = homeAt(temporaryDirectory(test))
  mkdirSync(home.data)
  if (config !== undefined) writeFileSync(home.config, JSON.stringify(config))
  if (typeof learnings === 'string' || Buffer.isBuffer(learnings)) writeFileSync(home.learningsJson, learnings)
  else if (learnings !== undefined) writeFileSync(home.learningsJson, JSON.stringify({ learnings }))
  return home
}

export const corrections = (count: number): object[] =>
  Array.from({ length: count }, (_, index) => ({ id: `c-${index}`, input: `question ${index}`, correction: `answer ${index}` }))

/** Whether tests can start the program as another user, who must be able to reach its files. */
export function canChangeUser(): boolean {
  if (process.getuid?.() !== 0) return process.platform !== 'win32'
  const { status } = spawnSync(process.execPath, [program, '--version'], { uid: nobody, gid: nobody, cwd: tmpdir() })
  return status === 0
}

let emptyDirectory: string | undefined

/** An empty directory in place of the engine's. */
function noEngine(): string {
  if (emptyDirectory === undefined) {
    const made = mkdtempSync(path.join(tmpdir(), 'genesis-no-engine-'))
    process.on('exit', () => rmSync(made, { recursive: true, force: true }))
    emptyDirectory = made
  }
  return emptyDirectory
}
