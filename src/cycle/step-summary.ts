import type { Step } from './step.ts'

/** What became of the corpus when a model was deployed. */
export interface WrittenBack {
  entries: number
  /** Why they could not be written; the next deployment writes them again. */
  problem?: string
}

type Result = Record<string, unknown>

/** What a finished step did, in a few words with its figures. */
export function stepSummary(step: Step, result: Result): string {
  return summaries[step]?.(result) ?? 'finished'
}

const number = (value: unknown): string => (typeof value === 'number' ? String(value) : '?')
const inner = (value: unknown, key: string): string => number((value as Result | undefined)?.[key])

const inCorpus = ({ entries, problem }: WrittenBack): string =>
  problem === undefined ? `finished; ${entries} examples written into the corpus` : `finished; the corpus got nothing: ${problem}`

const summaries: Partial<Record<Step, (result: Result) => string>> = {
  collect: ({ usable, successes, corpus }) =>
    `${number(usable)} usable learnings, ${number(successes)} successes, ${number(corpus)} corpus examples`,
  prepare: ({ trainedLearnings, replayed, strata, layout }) =>
    `${number(trainedLearnings)} to train on, ${number(replayed)} replayed; ${inner(strata, 'gate')} gate and ${inner(strata, 'retention')} retention items${layout === 'unseen' ? '; the chat layout could not be compared' : ''}`,
  train: ({ steps, finalLoss }) => `${number(steps)} steps${typeof finalLoss === 'number' ? `, last loss ${finalLoss.toFixed(3)}` : ''}`,
  package: ({ release, loraScale, tuning }) =>
    `${String(release)} merged and staged${tuning === undefined ? '' : `, at scale ${number(loraScale)}`}`,
  evaluate: ({ items, answersThatDiffer }) => `${number(items)} items answered, ${number(answersThatDiffer)} answers differ`,
  decide: ({ verdict }) => String(verdict),
  deploy: ({ release }) => `${String(release)} is served`,
  conclude: ({ writtenBack }) => (writtenBack === undefined ? 'finished' : inCorpus(writtenBack as WrittenBack)),
}
