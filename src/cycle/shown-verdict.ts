import path from 'node:path'
import { z } from 'zod'
import { parseJson } from '../evaluation/json-equal.ts'
import { digestText, readTextIfPresent } from '../state/files.ts'
import { damagedRecord } from './journal.ts'
import type { JournalEvent } from './journal.ts'

/** The judgement as `decide` wrote it, and null before that. Throws GI-JOURNAL-UNREADABLE when it is another by now. */
export async function readShownVerdict(decideDirectory: string, events: readonly JournalEvent[]): Promise<Record<string, unknown> | null> {
  const file = path.join(decideDirectory, 'verdict.json')
  const text = await readTextIfPresent(file)
  if (text === undefined) return null
  const decided = events.findLast((event) => event.event === 'step-finished' && event.step === 'decide')
  const recorded = decided?.event === 'step-finished' ? decided.outputs['verdict.json'] : undefined
  const verdict = z.looseObject({}).safeParse(parseJson(text))
  if (!verdict.success || (recorded !== undefined && digestText(text) !== recorded)) throw damagedRecord(file)
  return verdict.data
}
