import path from 'node:path'
import { GenesisError } from '../errors.ts'
import type { ReleaseRecord } from '../serving/release.ts'
import { digestIfPresent } from '../serving/sums.ts'
import type { Home } from '../state/home.ts'
import { cycleDirectory, cycleIdPattern } from './cycle-directory.ts'
import { readJournal } from './journal.ts'
import type { JournalEvent, StepFinished } from './journal.ts'
import { stepResults } from './step-results.ts'

/** What a look at recorded digests found, in words; the files are named relative to the home. */
export interface Findings {
  /** What is not as it was recorded. */
  problems: string[]
  /** What nobody can tell, since it was never recorded or is no longer kept. */
  notes: string[]
}

/** Compares what a release says of its cycle with the cycle's journal, and every file that the journal names with its digest there. */
export async function verifyRecords(home: Home, release: ReleaseRecord, { problems, notes }: Findings): Promise<void> {
  const { cycle } = release
  const events = await eventsOf(home, cycle)
  if (typeof events === 'string') {
    notes.push(events)
    return
  }
  problems.push(...disagreements(release, events))
  const gone: string[] = []
  for (const { step, outputs } of events.filter((event): event is StepFinished => event.event === 'step-finished')) {
    for (const [name, digest] of Object.entries(outputs)) {
      const file = `data/cycles/${cycle}/${step}/${name}`
      const found = await digestIfPresent(path.join(home.root, file))
      if (found === null) gone.push(file)
      else if (found !== digest) problems.push(`${file} is not what the journal says`)
    }
  }
  if (gone.length > 0) notes.push(`${gone.length} records of its cycle are gone, such as ${gone[0] ?? ''}`)
}

/** Says why when there are none to compare with. */
async function eventsOf(home: Home, cycle: string): Promise<JournalEvent[] | string> {
  if (!cycleIdPattern.test(cycle)) return `release.json names no cycle, but "${cycle.slice(0, 40)}"`
  try {
    return await readJournal(cycleDirectory(home, cycle))
  } catch (error) {
    if (!(error instanceof GenesisError) || error.code !== 'GI-JOURNAL-UNREADABLE') throw error
    return `the journal of ${cycle} is gone or can't be read`
  }
}

/** Pure: digests that the release and the journal of its cycle name differently. */
export function disagreements(release: ReleaseRecord, events: readonly JournalEvent[]): string[] {
  const { prepare, train, package: packaged } = stepResults(events)
  const prepared = events.find((event) => event.event === 'step-finished' && event.step === 'prepare')
  const outputs = prepared?.event === 'step-finished' ? prepared.outputs : {}
  const compared: [what: string, said: unknown, journaled: unknown][] = [
    ['the model', release.digest, packaged?.['digest']],
    ['the adapter', release.adapterDigest, train?.['adapterDigest']],
    ['train.jsonl', release.datasetDigest, prepare?.['trainDigest']],
    ['prepare/manifest.json', release.lineage?.manifestDigest, outputs['manifest.json']],
  ]
  return compared
    .filter(([, said, journaled]) => said !== undefined && journaled !== undefined && said !== journaled)
    .map(([what]) => `data/models/${release.name}/release.json and the journal of ${release.cycle} name different digests for ${what}`)
}
