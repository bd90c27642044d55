import { readConversation, readTurns } from './chat.ts'
import { digestContent } from './identity.ts'
import { categoryOf, statedKind } from './kinds.ts'
import type { Learning, LearningKind } from './learning.ts'
import { asText, held, isFields } from './text.ts'
import type { Fields } from './text.ts'
import { readTimestamp } from './timestamp.ts'
import { usabilityOf } from './usability.ts'
import type { UnusableReason, Usability } from './usability.ts'

// The usual names of each field, first come first served. Chains of named fields take a third of the time of a loop over names.

const wantedField = (entry: Fields): unknown =>
  held(entry['wanted']) ??
  held(entry['correction']) ??
  held(entry['corrected']) ??
  held(entry['expected']) ??
  held(entry['chosen']) ??
  held(entry['fix']) ??
  held(entry['solution'])

/** What stands here is the wanted output, unless a field above says better: then it is what the model answered. */
const answerField = (entry: Fields): unknown => held(entry['output']) ?? held(entry['answer'])

const wrongField = (entry: Fields): unknown =>
  held(entry['wrong']) ?? held(entry['original']) ?? held(entry['response']) ?? held(entry['rejected'])

const authorField = (entry: Fields): unknown => held(entry['author']) ?? held(entry['user'])

const timeField = (entry: Fields): unknown =>
  held(entry['timestamp']) ?? held(entry['created_at']) ?? held(entry['time']) ?? held(entry['at'])

/** One entry of a learnings file, read leniently. */
export interface NormalisedEntry {
  learning: Learning
  usability: Usability
  /** What it says about the model in the field; null for patterns and for what is not said to be any kind. */
  outcome: 'success' | 'failure' | null
  /** The entry names a time that could not be read. */
  unreadableTime: boolean
}

/** Turns one parsed entry into a learning; never throws. A text says why there is none in it. */
export function normaliseEntry(entry: unknown): NormalisedEntry | UnusableReason {
  if (!isFields(entry)) return 'not-an-object'
  const stated = statedKind(entry)
  const kind = stated ?? (typeof entry['error'] === 'string' && entry['error'] !== '' ? 'error' : 'correction')
  const messages = entry['messages'] ?? entry['conversations'] ?? null
  const conversation = messages === null ? null : readConversation(messages)
  const input = readInput(entry)
  const better = readAnswer(wantedField(entry))
  const given = readAnswer(answerField(entry))
  const wrong = readAnswer(wrongField(entry))
  const answer = given ?? conversation?.answer ?? null
  const time = timeField(entry)
  const at = time === undefined ? null : readTimestamp(time)
  const learning: Learning = {
    id: ownId(entry['id']),
    kind,
    input: input ?? conversation?.input ?? null,
    context: readTurns(entry['context']) ?? conversation?.context ?? [],
    wanted: wantedOf(kind, better ?? null, answer, wrong ?? null),
    wrong: wrongOf(kind, better ?? null, answer, wrong ?? null),
    category: categoryOf(entry),
    at,
    source: asText(entry['source']) ?? null,
  }
  const author = readAuthor(authorField(entry))
  if (author !== null) learning.author = author
  if (learning.id === '') learning.id = digestContent(learning)
  const isText = input !== undefined && better !== undefined && given !== undefined && wrong !== undefined
  const flaw = messages !== null && conversation === null ? 'unknown-turn' : isText ? null : 'not-text'
  const usability: Usability = flaw !== null && kind !== 'success' ? { usable: false, reason: flaw } : usabilityOf(learning)
  return {
    learning,
    usability,
    outcome: outcomeOf(kind, stated !== undefined || usability.usable),
    unreadableTime: time !== undefined && at === null,
  }
}

/** The `output` of an error is what failed; that of a success, or of a correction that has nothing better, is right. */
function wantedOf(kind: LearningKind, better: string | null, answer: string | null, wrong: string | null): string | null {
  if (better !== null || kind === 'error') return better
  return answer ?? (kind === 'success' ? wrong : null)
}

function wrongOf(kind: LearningKind, better: string | null, answer: string | null, wrong: string | null): string | null {
  if (kind === 'success') return null
  return wrong ?? (kind === 'error' || better !== null ? answer : null)
}

/** An instruction beside an input (the Alpaca layout) is the task, the input its material: they belong together. */
function readInput(fields: Fields): string | null | undefined {
  const { instruction, input } = fields
  if (typeof instruction === 'string' && typeof input === 'string' && instruction !== '' && input !== '')
    return `${instruction}\n\n${input}`
  return asText(held(input) ?? held(fields['prompt']) ?? held(fields['question']) ?? held(instruction))
}

/** Preference sets give the answer as a conversation: then its last assistant turn counts. */
function readAnswer(value: unknown): string | null | undefined {
  return Array.isArray(value) ? (readConversation(value)?.answer ?? undefined) : asText(value)
}

/** A longer text is no name: some formats keep what was asked under "user". */
const longestAuthor = 200

function readAuthor(value: unknown): string | null {
  const name = asText(value)?.trim() ?? ''
  return name === '' || name.length > longestAuthor ? null : name
}

/** The entry's own id; empty when it has none. */
function ownId(value: unknown): string {
  return asText(value) ?? ''
}

function outcomeOf(kind: LearningKind, isCertain: boolean): NormalisedEntry['outcome'] {
  if (!isCertain || kind === 'pattern') return null
  return kind === 'success' ? 'success' : 'failure'
}
