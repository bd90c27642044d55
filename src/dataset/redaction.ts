import type { Config } from '../config/schema.ts'
import type { Learning } from '../learnings/learning.ts'
import { countBy } from './count-by.ts'
import type { PinnedItem } from './pinned-item.ts'
import { Redactor } from './redaction/redactor.ts'
import type { TrainingRow } from './rows.ts'
import { compareText } from './text-key.ts'

/** What `dataset.redaction` does to a dataset. Decisions are made about texts as they were; only what leaves is changed. */
export interface Redaction {
  /** Why a learning can't be used; with "refuse" only. */
  refusalOf: (texts: readonly string[]) => string | undefined
  /** As it is written for the trainer. */
  rows: (rows: readonly TrainingRow[]) => TrainingRow[]
  /** As both models are asked and graded. */
  item: (item: PinnedItem) => PinnedItem
  /** Any other text that people may get to see. */
  text: (text: string) => string
  /** Private values that are replaced in rows, by kind. */
  countIn: (rows: readonly TrainingRow[]) => Record<string, number>
}

type Settings = Pick<Config['dataset'], 'redaction' | 'redactionPatterns'>

/** `learnings`: all of the snapshot, successes too. Their values have their numbers by age, so that later ones change none. */
export function redactionOf({ redaction, redactionPatterns }: Settings, learnings: readonly Learning[]): Redaction {
  if (redaction === 'off') return untouched
  const redactor = new Redactor(redactionPatterns)
  redactor.meet(oldestFirst(learnings).flatMap(textsOf))
  const text = (one: string): string => {
    redactor.meet([one])
    return redactor.replace(one)
  }
  return redaction === 'refuse' ? { ...untouched, refusalOf: refusalBy(redactor), text } : { ...replacement(redactor), text }
}

const untouched: Redaction = {
  refusalOf: () => undefined,
  rows: (rows) => [...rows],
  item: (item) => item,
  text: (text) => text,
  countIn: () => ({}),
}

const refusalBy =
  (redactor: Redactor): Redaction['refusalOf'] =>
  (texts) => {
    redactor.meet(texts)
    const kinds = [...new Set(texts.flatMap((text) => redactor.kindsIn(text)))].sort(compareText)
    return kinds.length === 0 ? undefined : `holds private data (${kinds.join(', ')})`
  }

function replacement(redactor: Redactor): Redaction {
  const textsIn = (rows: readonly TrainingRow[]): string[] => {
    const texts = rows.flatMap(({ messages }) => messages.map(({ content }) => content))
    redactor.meet(texts)
    return texts
  }
  return {
    ...untouched,
    rows: (rows) => {
      textsIn(rows)
      return rows.map((row) => ({ ...row, messages: redactor.replaceTurns(row.messages) }))
    },
    item: (item) => redactItem(item, redactor),
    countIn: (rows) => countBy(textsIn(rows).flatMap((text) => redactor.kindsIn(text))),
  }
}

export const textsOf = ({ context, input, wanted, wrong }: Learning): string[] =>
  [...context.map(({ content }) => content), input, wanted, wrong].flatMap((text) => text ?? [])

function oldestFirst(learnings: readonly Learning[]): Learning[] {
  return [...learnings].sort((left, right) => compareText(left.at ?? '', right.at ?? '') || compareText(left.id, right.id))
}

/**
 * Question and expected answer alike, so that a model that learned placeholders is graded by placeholders. Packaged items hold nobody's data;
 * a pattern or a number to compare with can't be changed without changing what it accepts, so such items are asked as they are.
 */
function redactItem(item: PinnedItem, redactor: Redactor): PinnedItem {
  if (item.origin === 'builtin' || item.grader.kind === 'regex' || item.grader.kind === 'numeric') return item
  redactor.meet([...item.context.map(({ content }) => content), item.input, item.expected])
  return {
    ...item,
    context: redactor.replaceTurns(item.context),
    input: redactor.replace(item.input),
    expected: redactor.replace(item.expected),
  }
}
