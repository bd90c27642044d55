import { readFile, readdir } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { GenesisError, systemErrorCode } from '../errors.ts'
import { digestText, writeFileAtomic } from '../state/files.ts'
import type { Home } from '../state/home.ts'
import { renderModelfile } from './modelfile.ts'
import type { ModelfileSettings } from './modelfile.ts'
import { renderSums, sumsName } from './sums.ts'
import { ReleaseRecord, releaseDamaged, releaseDirectory, releaseNamePattern } from './release.ts'

/**
 * Puts release.json, Modelfile and SHA256SUMS beside the model.gguf in `directory`, before it is staged. SHA256SUMS covers what
 * never changes; release.json is written again when the release is deployed or rolled back.
 */
export async function writeReleaseFiles(directory: string, record: ReleaseRecord, settings: ModelfileSettings = {}): Promise<void> {
  const checked = ReleaseRecord.parse(record)
  const modelfile = renderModelfile(settings)
  await writeFileAtomic(path.join(directory, 'Modelfile'), modelfile)
  const sums = renderSums({ Modelfile: digestText(modelfile), 'model.gguf': checked.digest })
  await writeFileAtomic(path.join(directory, sumsName), sums)
  await writeRecord(directory, checked)
}

/** The record of a release or staged candidate; null when there is none. Throws GI-RELEASE-DAMAGED when it can't be read. */
export async function readRelease(home: Home, name: string): Promise<ReleaseRecord | null> {
  const file = path.join(releaseDirectory(home, name), 'release.json')
  try {
    const record = ReleaseRecord.parse(JSON.parse(await readFile(file, 'utf8')))
    if (record.name !== name) throw releaseDamaged(`${file} is the record of ${record.name}`)
    return record
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return null
    throw damaged(error, file)
  }
}

/** Writes changed fields of a record in one atomic write. The caller holds the run lock. Throws GI-RELEASE-UNKNOWN when there is none. */
export async function updateRelease(home: Home, name: string, changes: Partial<ReleaseRecord>): Promise<ReleaseRecord> {
  const before = await readRelease(home, name)
  if (before === null)
    throw new GenesisError('GI-RELEASE-UNKNOWN', { why: `${path.join(home.models, name, 'release.json')} does not exist` })
  const after = ReleaseRecord.parse({ ...before, ...changes })
  await writeRecord(releaseDirectory(home, name), after)
  return after
}

/** All records that can be read, those of candidates that were never deployed included, oldest first. `damagedReleases` names the others. */
export async function listReleases(home: Home): Promise<ReleaseRecord[]> {
  return (await readReleases(home)).releases
}

/** Records that are there and can't be read, each with the reason. */
export async function damagedReleases(home: Home): Promise<{ name: string; why: string }[]> {
  return (await readReleases(home)).damagedOnes
}

async function readReleases(home: Home): Promise<{ releases: ReleaseRecord[]; damagedOnes: { name: string; why: string }[] }> {
  const releases: ReleaseRecord[] = []
  const damagedOnes: { name: string; why: string }[] = []
  for (const name of await releaseNames(home)) {
    try {
      const record = await readRelease(home, name)
      if (record !== null) releases.push(record)
    } catch (error) {
      if (!(error instanceof GenesisError)) throw error
      damagedOnes.push({ name, why: error.why ?? error.what })
    }
  }
  return { releases, damagedOnes }
}

async function writeRecord(directory: string, record: ReleaseRecord): Promise<void> {
  await writeFileAtomic(path.join(directory, 'release.json'), `${JSON.stringify(record, null, 2)}\n`)
}

async function releaseNames(home: Home): Promise<string[]> {
  try {
    return (await readdir(home.models)).filter((name) => releaseNamePattern.test(name)).sort()
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return []
    throw error
  }
}

function damaged(error: unknown, file: string): unknown {
  const reason =
    error instanceof z.ZodError
      ? error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ')
      : systemErrorCode(error)
  if (reason === undefined && !(error instanceof SyntaxError)) return error
  return releaseDamaged(`${file}: ${reason ?? 'not JSON'}`, error)
}
