import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readdir, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { PythonTrainer } from '../config/python-trainer.ts'
import { GenesisError } from '../errors.ts'
import { gigabytes, requireDiskSpace } from '../state/disk-space.ts'
import { discard, makeDirectory, writeError } from '../state/files.ts'
import { tryFileLock } from '../state/lock.ts'
import { packageRoot } from '../system/package-root.ts'
import { pythonIn } from './environment.ts'
import { trainerPackages } from './packages.ts'
import { trainerStatus } from './status.ts'
import type { TrainerStatus } from './status.ts'
import { callTool, findUv } from './uv.ts'

export interface TrainerInstallation {
  name: PythonTrainer
  /** Of all trainers' environments. */
  directory: string
  /** Says in words what is being done now. */
  report: (text: string) => void
  signal: AbortSignal
  /** uv's command; another one in tests. */
  uv?: readonly [string, ...string[]]
}

/**
 * Makes the environment of a trainer unless it is there already: uv fetches the exact versions of the lock file in data/trainers, checks their
 * hashes, and the whole takes its place in one rename. Two calls at once are safe: the second waits and finds it done.
 * Throws GI-TRAINER-INSTALL (no uv and no pip, no network, no Python that fits), GI-DISK-FULL, GI-INTERRUPTED.
 */
export async function installTrainer({ name, directory, report, signal, uv }: TrainerInstallation): Promise<TrainerStatus> {
  const { title, version, python, diskBytes } = trainerPackages[name]
  await makeDirectory(directory)
  const lock = await waitForLock(path.join(directory, '.install.lock'), report, signal)
  const staging = path.join(directory, `.staging-${process.pid}-${randomBytes(4).toString('hex')}`)
  try {
    const before = await trainerStatus(directory, name)
    if (before.installed) return before
    report(`Installing ${title} ${version} into ${path.join(directory, name)}: it needs about ${gigabytes(diskBytes)} of disk`)
    await requireDiskSpace(directory, diskBytes, `install ${title}`)
    await removeLeftovers(directory)
    const tool = uv ?? (await findUv(directory, report, signal))
    await callTool([...tool, 'venv', '--relocatable', '--python', python, staging], { directory, report, signal })
    const pins = path.join(packageRoot(), 'data', 'trainers', `${name}.txt`)
    const fetch = ['pip', 'install', '--python', pythonIn(staging), '--require-hashes', '--requirement', pins]
    await callTool([...tool, ...fetch], { directory, report, signal })
    await settle(staging, path.join(directory, name))
    return await verified(directory, name)
  } finally {
    await discard(staging)
    await lock.release()
  }
}

async function waitForLock(file: string, report: (text: string) => void, signal: AbortSignal): Promise<{ release(): Promise<void> }> {
  for (let attempt = 0; ; attempt += 1) {
    const lock = await tryFileLock(file)
    if (lock !== null) return lock
    if (attempt === 0) report('Another installation of a trainer is running; waiting for it')
    if (signal.aborted) throw new GenesisError('GI-INTERRUPTED')
    await sleep(250)
  }
}

async function settle(staging: string, place: string): Promise<void> {
  try {
    await rm(place, { recursive: true, force: true })
    await rename(staging, place)
  } catch (error) {
    throw writeError(error, place)
  }
}

/** What an interrupted installation left; nobody else installs while we hold the lock. */
async function removeLeftovers(directory: string): Promise<void> {
  for (const name of await readdir(directory))
    if (name.startsWith('.staging-')) await rm(path.join(directory, name), { recursive: true, force: true })
}

async function verified(directory: string, name: PythonTrainer): Promise<TrainerStatus> {
  const status = await trainerStatus(directory, name)
  if (status.installed && existsSync(status.python)) return status
  throw new GenesisError('GI-TRAINER-INSTALL', { why: `uv ended well, but ${status.python} has ${status.version ?? 'nothing of it'}` })
}
