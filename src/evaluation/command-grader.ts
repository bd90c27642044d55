import { GenesisError } from '../errors.ts'
import { askProgram, failureOf } from '../system/ask-program.ts'
import type { ProgramCommand } from '../system/ask-program.ts'
import type { EvaluationItem } from './item.ts'

/**
 * Lets a program of the user's score one answer. It gets one line of JSON on standard input: id, input, context, expected, category, answer. Its last line of
 * output is the score, a number from 0 to 1; without output exit status 0 means 1, and status 1 means 0. No shell; secrets of the environment are not passed on.
 * Raises GI-GRADER-FAILED for anything else: a grader that failed is no score.
 */
export async function gradeByCommand(
  name: string,
  command: ProgramCommand,
  homeRoot: string,
  { id, input, context, expected, category }: EvaluationItem,
  answer: string,
): Promise<number> {
  const said = await askProgram(command, homeRoot, { id, input, context, expected, category, answer })
  const isWhole = !said.timedOut && said.startError === null
  const score = isWhole ? scoreOf(said.exitCode, said.lastPrinted) : undefined
  if (score !== undefined) return score
  const why = failureOf(command, said) ?? `it ended with status 0; its last words: ${said.lastWords ?? 'none'}`
  throw new GenesisError('GI-GRADER-FAILED', { what: `The grader "${name}" did not score item ${id}.`, why })
}

function scoreOf(exitCode: number | null, said: string | null): number | undefined {
  if (said === null) return exitCode === 0 ? 1 : exitCode === 1 ? 0 : undefined
  const score = Number(said)
  return exitCode === 0 && score >= 0 && score <= 1 ? score : undefined
}
