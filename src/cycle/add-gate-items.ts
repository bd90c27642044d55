import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import type { CorpusEntry } from '../corpora/port.ts'
import { siftOfferedItems } from '../dataset/offered-items.ts'
import type { SiftedItems } from '../dataset/offered-items.ts'
import type { TrainingRow } from '../dataset/rows.ts'
import { GenesisError, systemErrorCode } from '../errors.ts'
import type { EvaluationItem } from '../evaluation/item.ts'
import { readItems } from '../evaluation/read-items.ts'
import { readRelease } from '../serving/release-files.ts'
import type { ReleaseRecord } from '../serving/release.ts'
import { digestText, readTextIfPresent, writeFileAtomic } from '../state/files.ts'
import type { Home } from '../state/home.ts'
import { jsonLinesOf, readJsonLines } from '../state/json-lines.ts'
import { withLock } from '../state/lock.ts'
import { baseModelName } from '../state/state.ts'
import { readState } from '../state/store.ts'
import { cycleDirectory, stepDirectory } from './cycle-directory.ts'
import { readRetired } from './held-out-files.ts'
import type { Workshop } from './parts.ts'

export interface AddedItems {
  added: string[]
  refused: SiftedItems['refused']
}

/**
 * Adds the items of a file to data/gate.jsonl in one piece. With `skipRefused` those that are refused are left out, else nothing is added then.
 * @throws GenesisError GI-ITEMS-INVALID naming lines, GI-ITEMS-REFUSED naming items, GI-RELEASE-DAMAGED when nobody can tell what was trained on
 */
export async function addGateItems({ home }: Pick<Workshop, 'home'>, file: string, skipRefused: boolean): Promise<AddedItems> {
  const offered = (await readItems(file)).items
  if (offered.length === 0) throw new GenesisError('GI-ITEMS-INVALID', { what: `${file} holds no items.` })
  const trained = await trainedQuestions(home)
  return await withLock(home, async () => {
    const present = (await readItems(home.userGate)).items
    const { accepted, refused } = siftOfferedItems({ offered, present, retired: await readRetired(home.retired), trained })
    if (refused.length > 0 && !skipRefused) throw refusal(refused)
    if (accepted.length > 0) await append(home.userGate, accepted)
    return { added: accepted.map(({ id }) => id), refused }
  })
}

const shownRefused = 20

function refusal(refused: SiftedItems['refused']): GenesisError {
  const more = refused.length > shownRefused ? [`and ${refused.length - shownRefused} more`] : []
  const why = [...refused.slice(0, shownRefused).map(({ id, reason }) => `${id} ${reason}`), ...more].join('; ')
  return new GenesisError('GI-ITEMS-REFUSED', { why })
}

async function append(file: string, items: readonly EvaluationItem[]): Promise<void> {
  const text = (await readTextIfPresent(file)) ?? ''
  const lines = items.map(({ context, ...item }) => JSON.stringify(context.length > 0 ? { ...item, context } : item))
  await writeFileAtomic(file, `${text === '' || text.endsWith('\n') ? text : `${text}\n`}${lines.join('\n')}\n`)
}

/** As they were written to the trainer, and as they were before private data was replaced. */
async function trainedQuestions(home: Home): Promise<{ id: string; input: string }[]> {
  const { state } = await readState(home)
  if (state.current_model === baseModelName) return []
  try {
    const release = await readRelease(home, state.current_model)
    if (release === null) throw new GenesisError('GI-RELEASE-DAMAGED', { why: `${state.current_model} has no record` })
    const directory = cycleDirectory(home, release.cycle)
    const collected = async (name: string): Promise<CorpusEntry[]> =>
      await readJsonLines(path.join(stepDirectory(directory, 'collect'), name))
    const rows = await trainedRows(stepDirectory(directory, 'prepare'), release)
    const ids = new Set(rows.map(({ id }) => id))
    const raw = [...(await collected('learnings.jsonl')), ...(await collected('corpus.jsonl'))].filter(({ id }) => ids.has(id))
    return [
      ...rows.flatMap(({ id, messages }) => messages.filter(({ role }) => role === 'user').map(({ content }) => ({ id, input: content }))),
      ...raw.map(({ id, input }) => ({ id, input })),
    ]
  } catch (error) {
    if (!(error instanceof SyntaxError) && systemErrorCode(error) === undefined) throw error
    const why = `what ${state.current_model} was trained on can't be read (${error instanceof Error ? error.message : ''})`
    throw new GenesisError('GI-RELEASE-DAMAGED', {
      why,
      remedy: 'Restore the directory of its cycle under data/cycles from a backup.',
      cause: error,
    })
  }
}

/** Raises GI-RELEASE-DAMAGED when the files are not those that the release names: nobody can tell then what it has seen. */
async function trainedRows(prepared: string, { datasetDigest, lineage }: ReleaseRecord): Promise<TrainingRow[]> {
  const read = async (name: string, digest: string | undefined): Promise<string> => {
    const text = await readFile(path.join(prepared, name), 'utf8')
    if (digest === undefined || digestText(text) === digest) return text
    throw new GenesisError('GI-RELEASE-DAMAGED', { why: `prepare/${name} is not what it was made from` })
  }
  const train = await read('train.jsonl', datasetDigest)
  const { digests } = Manifest.parse(JSON.parse(await read('manifest.json', lineage?.manifestDigest)))
  return jsonLinesOf(train + (await read('valid.jsonl', digests['valid.jsonl'])))
}

const Manifest = z.object({ digests: z.record(z.string(), z.string()) })
