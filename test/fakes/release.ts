import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { writeReleaseFiles } from '../../src/serving/release-files.ts'
import { ReleaseRecord } from '../../src/serving/release.ts'
import { digestText } from '../../src/state/files.ts'

/** A valid record; `changes` say what matters to the test. */
export function releaseRecord(name: string, changes: Partial<ReleaseRecord> = {}): ReleaseRecord {
  return ReleaseRecord.parse({
    schema_version: 1,
    name,
    digest: digestText(name),
    cycle: name.replace('genesis-', 'cycle-'),
    createdAt: '2025-01-01T00:00:00.000Z',
    base: { path: 'base.gguf', digest: digestText('base') },
    adapterDigest: digestText('adapter'),
    datasetDigest: digestText('dataset'),
    learnings: { count: 3, file: 'data/cycles/c/prepare/manifest.json' },
    verdict: null,
    promptConvention: null,
    improvementScore: null,
    deployedAt: null,
    rolledBackAt: null,
    previous: null,
    ...changes,
  })
}

/** A directory as `package` leaves it, with a text in place of the weights. */
export async function makeArtefact(directory: string, name: string, content: string): Promise<void> {
  await mkdir(directory, { recursive: true })
  await writeFile(path.join(directory, 'model.gguf'), content)
  await writeReleaseFiles(directory, releaseRecord(name, { digest: digestText(content) }))
}
