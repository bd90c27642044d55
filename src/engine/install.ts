import { randomBytes } from 'node:crypto'
import { chmod, readdir, rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { GenesisError, systemErrorCode } from '../errors.ts'
import { discard, makeDirectory, writeError } from '../state/files.ts'
import { tryFileLock } from '../state/lock.ts'
import { runProcess } from '../system/process.ts'
import { enginePaths } from './engine-directory.ts'
import { engineDiskBytes, enginePackage, enginePackages, engineVersion } from './packages.ts'
import { engineStatus } from './status.ts'
import type { EngineStatus } from './status.ts'

export interface InstallOptions {
  directory: string
  /** Says in words what is being done now. */
  report: (text: string) => void
  signal: AbortSignal
  /** npm's command; another one in tests. */
  npm?: readonly [string, ...string[]]
}

const npmVariables = ['npm_config_*', 'NODE_EXTRA_CA_CERTS', 'SSL_CERT_*', 'HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'ALL_PROXY']

/**
 * Installs the engine unless it is there already: npm fetches the exact versions into a directory beside, which takes its place in one
 * rename when it has been verified. Two calls at once are safe: the second waits and finds it done. After an interruption npm's own cache
 * has what was fetched.
 * Throws GI-ENGINE-INSTALL (no npm, no network, wrong versions), GI-DISK-FULL, GI-INTERRUPTED.
 */
export async function installEngine({ directory, report, signal, npm = ['npm'] }: InstallOptions): Promise<EngineStatus> {
  enginePaths(directory)
  const before = await engineStatus(directory)
  if (before.installed) return before
  const lock = await waitForLock(path.join(directory, '.install.lock'), report, signal)
  try {
    const meanwhile = await engineStatus(directory)
    if (meanwhile.installed) return meanwhile
    report(
      `Installing the embedded engine ${engineVersion} into ${directory}: it needs about ${Math.round(engineDiskBytes / 1e6)} MB of disk while it is installed`,
    )
    await removeLeftovers(directory)
    const staging = path.join(directory, `.staging-${process.pid}-${randomBytes(4).toString('hex')}`)
    try {
      await fetchPackages(staging, npm, report, signal)
      report('Verifying the engine')
      await settle(staging, directory)
    } finally {
      await discard(staging)
    }
    return await verified(directory)
  } finally {
    await lock.release()
  }
}

async function waitForLock(file: string, report: (text: string) => void, signal: AbortSignal): Promise<{ release(): Promise<void> }> {
  for (let attempt = 0; ; attempt += 1) {
    const lock = await tryFileLock(file)
    if (lock !== null) return lock
    if (attempt === 0) report('Another installation of the engine is running; waiting for it')
    if (signal.aborted) throw new GenesisError('GI-INTERRUPTED')
    await sleep(250)
  }
}

async function fetchPackages(
  staging: string,
  [command, ...prefix]: readonly [string, ...string[]],
  report: (text: string) => void,
  signal: AbortSignal,
): Promise<void> {
  await makeDirectory(staging)
  try {
    await writeFile(path.join(staging, 'package.json'), `${JSON.stringify({ private: true })}\n`)
  } catch (error) {
    throw writeError(error, staging)
  }
  const wanted = Object.entries(enginePackages(process.platform, process.arch)).map(([name, version]) => `${name}@${version}`)
  report(`Fetching ${wanted.join(', ')}`)
  const args = [
    'install',
    '--no-save',
    '--no-package-lock',
    '--no-audit',
    '--no-fund',
    '--ignore-scripts',
    '--omit=dev',
    '--loglevel=error',
    '--prefix',
    staging,
    ...wanted,
  ]
  const end = await runProcess(command, [...prefix, ...args], { directory: staging, passOn: npmVariables, signal })
  if (signal.aborted) throw new GenesisError('GI-INTERRUPTED')
  if (end.exitCode === 0) return
  if (end.startError !== null) {
    throw new GenesisError('GI-ENGINE-INSTALL', {
      why: `"${command}" could not be started (${end.startError})`,
      remedy: 'Install Node.js with npm, then run "genesis-improve engine install" again.',
    })
  }
  const causes = end.lastLines.filter((line) => line.trim() !== '').slice(-6)
  const why = [`npm ended with ${end.exitCode === null ? `signal ${end.signal ?? '?'}` : `exit code ${end.exitCode}`}`, ...causes].join(
    '\n',
  )
  if (causes.some((line) => /ENOSPC|no space left/i.test(line))) throw new GenesisError('GI-DISK-FULL', { why })
  throw new GenesisError('GI-ENGINE-INSTALL', { why })
}

/** Makes what npm left usable, and puts it where it belongs. */
async function settle(staging: string, directory: string): Promise<void> {
  const { prefix, runtime } = enginePaths(directory)
  const staged = (file: string): string => path.join(staging, path.relative(prefix, file))
  try {
    // npm marks only the commands of packages that are run through its wrapper.
    await chmod(staged(runtime), 0o755)
    await removeOtherPlatforms(path.join(staging, 'node_modules', enginePackage, 'prebuilds'))
    await rm(prefix, { recursive: true, force: true })
    await rename(staging, prefix)
  } catch (error) {
    const code = systemErrorCode(error)
    if (code === undefined) throw error
    if (code === 'ENOENT')
      throw new GenesisError('GI-ENGINE-INSTALL', { why: `npm ended well but left a file out: ${String(error)}`, cause: error })
    throw writeError(error, prefix)
  }
}

async function removeOtherPlatforms(prebuilds: string): Promise<void> {
  const own = `${process.platform}-${process.arch}`
  for (const name of await readdir(prebuilds)) {
    if (name !== own) await rm(path.join(prebuilds, name), { recursive: true, force: true })
  }
}

/** What an interrupted installation left; nobody else installs while we hold the lock. */
async function removeLeftovers(directory: string): Promise<void> {
  for (const name of await readdir(directory)) {
    if (name.startsWith('.staging-')) await rm(path.join(directory, name), { recursive: true, force: true })
  }
}

async function verified(directory: string): Promise<EngineStatus> {
  const status = await engineStatus(directory)
  if (status.installed) return status
  throw new GenesisError('GI-ENGINE-INSTALL', { why: status.problems.map(({ what }) => what).join(' ') })
}
