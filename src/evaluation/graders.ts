import { digestText } from '../state/files.ts'
import { chrf } from './chrf.ts'
import type { EvaluationItem } from './item.ts'
import type { Grader, TextGrader } from './item.ts'
import { jsonEqual, parseJson, parseJsonAnswer } from './json-equal.ts'
import { collapseWhiteSpace } from './normalise.ts'
import { lastNumber } from './numbers.ts'
import { matchesPattern, patternProblem } from './regex-grader.ts'

/** Raised whenever a grader may score an answer otherwise than before, so that scores of different graders are never compared. */
const graderVersion = 1

export const graderNames = [
  'exact',
  'contains',
  'regex',
  'numeric',
  'json',
  'similarity',
  'json-schema',
  'command',
] as const satisfies readonly Grader['kind'][]

/** Free text longer than this has too many right wordings for `exact`. */
const longestExactAnswer = 200
/** Characters that an expected answer may have. */
export const longestExpected = 10_000

/**
 * 1 when the answer is right, else 0; an answer of the wrong shape is simply wrong. `exact` and `contains` take white space as single
 * spaces and heed case; `regex` looks for the pattern anywhere; `numeric` compares the last number in the answer; `json` compares values;
 * `similarity` gives chrF, from 0 to 1. Raises GI-ITEMS-INVALID for a pattern that does not end in time.
 */
export function grade(grader: TextGrader, expected: string, answer: string): number {
  if (grader.kind === 'similarity') return chrf(answer, expected)
  return isRight(grader, expected, answer) ? 1 : 0
}

function isRight(grader: Exclude<TextGrader, { kind: 'similarity' }>, expected: string, answer: string): boolean {
  switch (grader.kind) {
    case 'exact':
      return collapseWhiteSpace(answer) === collapseWhiteSpace(expected)
    case 'contains':
      return collapseWhiteSpace(answer).includes(collapseWhiteSpace(expected))
    case 'regex':
      return matchesPattern(expected, grader.flags ?? '', answer)
    case 'numeric': {
      const found = lastNumber(answer)
      const wanted = lastNumber(expected)
      return found !== null && wanted !== null && Math.abs(found - wanted) <= (grader.tolerance ?? 0) + 1e-9 * Math.max(1, Math.abs(wanted))
    }
    case 'json': {
      const wanted = parseJson(expected)
      return wanted !== undefined && jsonEqual(parseJsonAnswer(answer), wanted)
    }
  }
}

export const isTextGrader = (grader: Grader): grader is TextGrader => grader.kind !== 'json-schema' && grader.kind !== 'command'

/** The grader of an item that names none: `exact` for short answers, `similarity` for free text, of which no wording is the only right one. */
export function defaultGrader(expected: string): Grader {
  return { kind: collapseWhiteSpace(expected).length <= longestExactAnswer ? 'exact' : 'similarity' }
}

/** What keeps the item from being graded, in words for the user; empty when nothing does. */
export function checkItem({ expected, grader }: Pick<EvaluationItem, 'expected' | 'grader'>): string[] {
  if (expected.length > longestExpected) return [`the expected answer has ${expected.length} characters, ${longestExpected} are allowed`]
  if (collapseWhiteSpace(expected) === '') return ['the expected answer is empty']
  switch (grader.kind) {
    case 'exact':
    case 'contains':
    case 'similarity':
    case 'command':
      return []
    case 'regex': {
      const problem = patternProblem(expected, grader.flags)
      return problem === undefined ? [] : [problem]
    }
    case 'numeric':
      return isOneNumber(expected) ? [] : [`the expected answer "${expected}" is not one number`]
    case 'json':
      return parseJson(expected) === undefined ? ['the expected answer is not JSON'] : []
    case 'json-schema':
      return /^(?:object|boolean)$/.test(typeof (parseJson(expected) ?? '')) ? [] : ['the expected answer is no JSON Schema']
  }
}

const isOneNumber = (expected: string): boolean =>
  /^\s*[-+\u2212]?[\d.,]*\d(?:[eE][-+]?\d+)?\s*$/.test(expected) && lastNumber(expected) !== null

/** Digest of all that a score depends on beside the model: the same key, the same question and the same way of grading. */
export function itemKey({ context, input, expected, grader }: EvaluationItem): string {
  const turns = context.map(({ role, content }) => [role, content])
  const how = [
    grader.kind,
    'flags' in grader ? (grader.flags ?? '') : '',
    'tolerance' in grader ? (grader.tolerance ?? 0) : 0,
    ...('name' in grader ? [grader.name] : []),
  ]
  return digestText(JSON.stringify([turns, input, expected, how, graderVersion]))
}
