import { readdir, rm } from 'node:fs/promises'
import path from 'node:path'
import { GenesisError, systemErrorCode } from '../errors.ts'
import { appendLines, syncDirectory, writeFileAtomic } from '../state/files.ts'
import type { Home } from '../state/home.ts'
import { cutEntries } from './cut-entries.ts'
import { fateFiles } from './fate-reading.ts'
import { simulationSource } from './learning.ts'
import { Patience } from './patience.ts'
import type { PatienceOptions } from './patience.ts'
import { isSameVersion, versionOf } from './open-file.ts'
import type { RawEntry } from './raw-entry.ts'
import { entriesOfLines } from './read-entries.ts'
import { learningsFiles } from './reading.ts'
import { simulateLearnings } from './simulated-learnings.ts'
import { isFields } from './text.ts'

export interface SimulationOptions {
  /** Simulate although there are real learnings or releases. */
  force?: boolean
  patience?: PatienceOptions
}

/**
 * Puts `count` simulated learnings into the home; simulated ones from before are replaced, so that the home holds exactly `count`.
 * They go into data/genesis_learnings.json, or, forced, beside real ones in there into data/genesis_learnings.jsonl: what its owner
 * wrote stays. The caller holds the lock of the home. Throws GI-SIMULATION-REFUSED.
 */
export async function writeSimulatedLearnings(home: Home, count: number, seed: number, options: SimulationOptions = {}): Promise<void> {
  const found = await survey(home, options.patience)
  const releases = await countReleases(home)
  const real = found.inJson.real + found.inLines.real
  if ((real > 0 || releases > 0) && options.force !== true) {
    const why = [...(real > 0 ? [`entries that are not simulated: ${real}`] : []), ...(releases > 0 ? [`releases: ${releases}`] : [])]
    throw new GenesisError('GI-SIMULATION-REFUSED', { why: `this home holds ${why.join(' and ')}` })
  }
  const { version } = found.inJson
  if (found.inJson.simulated + found.inLines.simulated > 0) await removeSimulated(home, options.patience)
  const lines = Array.from(simulateLearnings(count, seed), (entry) => JSON.stringify(entry))
  if (found.inJson.real > 0) await appendLines(home.learningsJsonl, lines)
  else if (found.inJson.simulated === 0 && !isSameVersion(version, await versionOf(home.learningsJson))) throw changedMeanwhile()
  else await writeFileAtomic(home.learningsJson, `{"learnings":[\n${lines.join(',\n')}\n]}\n`)
}

/**
 * Deletes every simulated learning, the items held out from them, what was decided about them and what became of them; gives how many learnings.
 * The caller holds the lock. May be repeated: what was made of them says itself that it was.
 */
export async function removeSimulated(home: Home, patienceOptions?: PatienceOptions): Promise<number> {
  const found = await survey(home, patienceOptions)
  const [json, jsonl] = learningsFiles(home)
  if (json !== undefined && found.inJson.real > 0) await cut(json.path, json.entries, isSimulated)
  else if (found.inJson.simulated > 0) await removeFile(home.learningsJson)
  if (jsonl !== undefined) await cut(jsonl.path, jsonl.entries, isSimulated)
  await removeFile(home.simulatedPinned)
  for (const file of [home.holdoutDecisions, ...(await fateFiles(home))]) await cut(file, () => entriesOfLines(file), isAboutSimulated)
  return found.inJson.simulated + found.inLines.simulated

  async function cut(file: string, entries: () => AsyncIterable<RawEntry[]>, isChosen: (entry: RawEntry) => boolean): Promise<void> {
    const patience = new Patience(patienceOptions)
    for (;;) {
      try {
        await cutEntries(file, entries, isChosen)
        return
      } catch (error) {
        await patience.waitAfter(error, file)
      }
    }
  }
}

interface Found {
  simulated: number
  /** Everything else, broken entries too: nobody knows that they are not real. */
  real: number
  version: Awaited<ReturnType<typeof versionOf>>
}

async function survey(home: Home, patienceOptions?: PatienceOptions): Promise<{ inJson: Found; inLines: Found }> {
  const [inJson, inLines] = await Promise.all(
    learningsFiles(home).map((file) => look(file.path, file.entries, new Patience(patienceOptions))),
  )
  return { inJson: inJson as Found, inLines: inLines as Found }
}

async function look(file: string, entries: () => AsyncIterable<RawEntry[]>, patience: Patience): Promise<Found> {
  for (;;) {
    const found: Found = { simulated: 0, real: 0, version: await versionOf(file) }
    try {
      for await (const batch of entries()) {
        for (const entry of batch) {
          if (isSimulated(entry)) found.simulated += 1
          else found.real += 1
        }
      }
      return found
    } catch (error) {
      await patience.waitAfter(error, file)
    }
  }
}

function isSimulated({ value }: RawEntry): boolean {
  return isFields(value) && value['source'] === simulationSource
}

function isAboutSimulated({ value }: RawEntry): boolean {
  return isFields(value) && value['simulated'] === true
}

async function countReleases(home: Home): Promise<number> {
  try {
    return (await readdir(home.models)).filter((name) => name.startsWith('genesis-')).length
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return 0
    throw error
  }
}

async function removeFile(file: string): Promise<void> {
  if ((await versionOf(file)) === null) return
  await rm(file, { force: true })
  await syncDirectory(path.dirname(file))
}

function changedMeanwhile(): GenesisError {
  return new GenesisError('GI-LEARNINGS-UNREADABLE', {
    what: 'data/genesis_learnings.json was changed by another program just now.',
    why: 'what stands in it now was not seen before it would have been replaced',
    remedy: 'Run the command again.',
  })
}
