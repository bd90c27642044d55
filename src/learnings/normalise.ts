import { readConversation, readTurns } from './chat.ts'
import { digestContent } from './identity.ts'
import { categoryOf, statedKind } from './kinds.ts'
import type { ChatMessage, Learning, LearningKind } from './learning.ts'
import { asText, firstPresent, isFields } from './text.ts'
import type { Fields } from './text.ts'
import { readTimestamp } from './timestamp.ts'
import { usabilityOf } from './usability.ts'
import type { UnusableReason, Usability } from './usability.ts'

const inputNames = ['input', 'prompt', 'question', 'instruction']
const wantedNames = ['wanted', 'correction', 'corrected', 'expected', 'chosen', 'fix', 'solution']
/** What stands here is the wanted output, unless a field above says better: then it is what the model answered. */
const answerNames = ['output', 'answer']
const wrongNames = ['wrong', 'original', 'response', 'rejected']
const timeNames = ['timestamp', 'created_at', 'time', 'at']

/** One entry of a learnings file, read leniently. */
export interface NormalisedEntry {
  learning: Learning
  usability: Usability
  /** What it says about the model in the field; null for patterns and for what is not said to be any kind. */
  outcome: 'success' | 'failure' | null
  /** `learning.at` in milliseconds since 1970. */
  atMs: number | null
  /** The entry names a time that could not be read. */
  unreadableTime: boolean
}

/** Turns one parsed entry into a learning; never throws. A text says why there is none in it. */
export function normaliseEntry(entry: unknown): NormalisedEntry | UnusableReason {
  if (!isFields(entry)) return 'not-an-object'
  const stated = statedKind(entry)
  const texts = readTexts(entry, stated ?? (typeof entry['error'] === 'string' && entry['error'] !== '' ? 'error' : 'correction'))
  const time = firstPresent(entry, timeNames)
  const timestamp = time === undefined ? null : readTimestamp(time)
  const learning: Learning = {
    id: ownId(entry['id']) ?? digestContent(texts),
    kind: texts.kind,
    input: texts.input,
    context: texts.context,
    wanted: texts.wanted,
    wrong: texts.wrong,
    category: categoryOf(entry),
    at: timestamp === null ? null : timestamp.iso,
    source: asText(entry['source']) ?? null,
  }
  const usability: Usability =
    texts.flaw !== null && learning.kind !== 'success' ? { usable: false, reason: texts.flaw } : usabilityOf(learning)
  return {
    learning,
    usability,
    outcome: outcomeOf(learning.kind, stated !== undefined || usability.usable),
    atMs: timestamp === null ? null : timestamp.ms,
    unreadableTime: time !== undefined && timestamp === null,
  }
}

interface Texts {
  kind: LearningKind
  input: string | null
  context: ChatMessage[]
  wanted: string | null
  wrong: string | null
  /** Something that was to be a text or a conversation is none. */
  flaw: UnusableReason | null
}

function readTexts(fields: Fields, kind: LearningKind): Texts {
  const messages = fields['messages'] ?? fields['conversations'] ?? null
  const conversation = messages === null ? null : readConversation(messages)
  const input = readInput(fields)
  const better = readAnswer(firstPresent(fields, wantedNames))
  const given = readAnswer(firstPresent(fields, answerNames))
  const wrong = readAnswer(firstPresent(fields, wrongNames))
  const answer = given ?? conversation?.answer ?? null
  const isText = input !== undefined && better !== undefined && given !== undefined && wrong !== undefined
  return {
    kind,
    input: input ?? conversation?.input ?? null,
    context: readTurns(fields['context']) ?? conversation?.context ?? [],
    wanted: wantedOf(kind, better ?? null, answer, wrong ?? null),
    wrong: wrongOf(kind, better ?? null, answer, wrong ?? null),
    flaw: messages !== null && conversation === null ? 'unknown-turn' : isText ? null : 'not-text',
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
  return asText(firstPresent(fields, inputNames))
}

/** Preference sets give the answer as a conversation: then its last assistant turn counts. */
function readAnswer(value: unknown): string | null | undefined {
  return Array.isArray(value) ? (readConversation(value)?.answer ?? undefined) : asText(value)
}

function ownId(value: unknown): string | null {
  return typeof value === 'boolean' ? null : (asText(value) ?? null)
}

function outcomeOf(kind: LearningKind, isCertain: boolean): NormalisedEntry['outcome'] {
  if (!isCertain || kind === 'pattern') return null
  return kind === 'success' ? 'success' : 'failure'
}
