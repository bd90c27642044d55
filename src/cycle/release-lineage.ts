import path from 'node:path'
import { z } from 'zod'
import { GenesisError } from '../errors.ts'
import { parseJson } from '../evaluation/json-equal.ts'
import { readForgotten } from '../learnings/forgotten.ts'
import { readRelease } from '../serving/release-files.ts'
import type { ReleaseRecord } from '../serving/release.ts'
import { digestText, readTextIfPresent } from '../state/files.ts'
import type { Home } from '../state/home.ts'
import { cycleDirectory, manifestFile, stepDirectory } from './cycle-directory.ts'
import { readJournal } from './journal.ts'
import type { Workshop } from './parts.ts'

/** Where a release came from, read from the records of its cycle, each compared with the digest that the release names. */
export interface ShownRelease extends ReleaseRecord {
  /** What was trained on, by id, ascending. */
  trainedOn: { learnings: string[]; corpus: string[] }
  /** The items it was judged by, and the learnings that these were made from. */
  judgedBy: { digest: string | null; items: string[]; learnings: string[] }
  /** The settings of the trainer; null when the cycle's record is gone. */
  trainer: Record<string, unknown> | null
  toolVersion: string | null
  /** Learnings among those trained on that were forgotten since. */
  forgotten: string[]
  /** Records that are gone, or are not what the release was made from. */
  problems: string[]
}

const Row = z.object({ id: z.string(), source: z.string().optional(), learningIds: z.array(z.string()).catch([]) })
const Manifest = z.object({ digests: z.record(z.string(), z.string()).catch({}) })
const Opened = z.object({ config: z.object({ trainer: z.record(z.string(), z.unknown()) }) })

/** @throws GenesisError GI-RELEASE-UNKNOWN, GI-RELEASE-DAMAGED */
export async function readReleaseLineage({ home }: Pick<Workshop, 'home'>, name: string): Promise<ShownRelease> {
  const release = await readRelease(home, name)
  if (release === null) throw new GenesisError('GI-RELEASE-UNKNOWN', { what: `There is no release ${name} in this home.` })
  const directory = cycleDirectory(home, release.cycle)
  const records = new Records(stepDirectory(directory, 'prepare'))
  const { lineage } = release
  const manifest = Manifest.safeParse(parseJson(await records.read('manifest.json', lineage?.manifestDigest)))
  const train = await records.read('train.jsonl', release.datasetDigest)
  const valid = await records.read('valid.jsonl', manifest.data?.digests['valid.jsonl'])
  const pinnedDigest = await digestOfPinned(directory)
  const pinned = rowsOf(await records.read('pinned.jsonl', pinnedDigest))
  const rows = rowsOf(train + valid)
  const learnings = idsOf(rows.filter(({ source }) => source === 'learning'))
  const forgotten = await readForgotten(home)
  return {
    ...release,
    trainedOn: { learnings, corpus: idsOf(rows.filter(({ source }) => source === 'corpus')) },
    judgedBy: {
      digest: records.digests.get('pinned.jsonl') ?? pinnedDigest ?? null,
      items: idsOf(pinned),
      learnings: [...new Set(pinned.flatMap(({ learningIds }) => learningIds))].sort(),
    },
    trainer: await trainerOf(home, release.cycle),
    toolVersion: lineage?.toolVersion ?? null,
    forgotten: learnings.filter((id) => forgotten.has(id)),
    problems: records.problems,
  }
}

/** Reads records of one directory, and notes which are not what they were. */
class Records {
  readonly problems: string[] = []
  readonly digests = new Map<string, string>()

  constructor(private readonly directory: string) {}

  async read(name: string, recorded: string | undefined): Promise<string> {
    const text = await readTextIfPresent(path.join(this.directory, name))
    if (text === undefined) this.problems.push(`prepare/${name} is gone`)
    else {
      this.digests.set(name, digestText(text))
      if (recorded !== undefined && recorded !== digestText(text))
        this.problems.push(`prepare/${name} is not what the release was made from`)
    }
    return text ?? ''
  }
}

function rowsOf(text: string): z.infer<typeof Row>[] {
  return text.split('\n').flatMap((line) => (line === '' ? [] : (Row.safeParse(parseJson(line)).data ?? [])))
}

const idsOf = (rows: readonly { id: string }[]): string[] => rows.map(({ id }) => id).sort()

/** As the step `prepare` journaled it; undefined when the journal can't be read. */
async function digestOfPinned(directory: string): Promise<string | undefined> {
  try {
    const prepared = (await readJournal(directory)).find((event) => event.event === 'step-finished' && event.step === 'prepare')
    return prepared?.event === 'step-finished' ? prepared.outputs['pinned.jsonl'] : undefined
  } catch (error) {
    if (!(error instanceof GenesisError) || error.code !== 'GI-JOURNAL-UNREADABLE') throw error
    return undefined
  }
}

async function trainerOf(home: Home, cycle: string): Promise<Record<string, unknown> | null> {
  const opened = Opened.safeParse(parseJson((await readTextIfPresent(manifestFile(cycleDirectory(home, cycle)))) ?? ''))
  return opened.data?.config.trainer ?? null
}
