import path from 'node:path'
import { GenesisError } from '../errors.ts'
import { startProcess } from '../system/process.ts'
import type { EvaluationItem } from './item.ts'

/** A program of the user's that scores answers. */
export interface GraderCommand {
  /** Absolute, or relative to the home. */
  program: string
  args: readonly string[]
  timeoutSeconds: number
}

const graceMs = 1000

/**
 * Lets the program score one answer. It gets one line of JSON on standard input: id, input, context, expected, category, answer. Its last line of
 * output is the score, a number from 0 to 1; without output exit status 0 means 1, and status 1 means 0. No shell; secrets of the environment are not passed on.
 * Raises GI-GRADER-FAILED for anything else: a grader that failed is no score.
 */
export async function gradeByCommand(
  name: string,
  { program, args, timeoutSeconds }: GraderCommand,
  homeRoot: string,
  { id, input, context, expected, category }: EvaluationItem,
  answer: string,
): Promise<number> {
  const printed: string[] = []
  const started = startProcess(path.resolve(homeRoot, program), args, {
    directory: homeRoot,
    onLine: (line, stream) => void (stream === 'stdout' && line.trim() !== '' && printed.push(line.trim())),
  })
  let timedOut = false
  const timer = setTimeout(() => {
    timedOut = true
    void started.stop(graceMs)
  }, timeoutSeconds * 1000)
  started.writeLine(JSON.stringify({ id, input, context, expected, category, answer }))
  started.closeInput()
  const { exitCode, signal, startError } = await started.ended
  clearTimeout(timer)
  const fail = (why: string): GenesisError =>
    new GenesisError('GI-GRADER-FAILED', { what: `The grader "${name}" did not score item ${id}.`, why })
  if (timedOut) throw fail(`it took longer than ${timeoutSeconds} s`)
  if (startError !== null) throw fail(`${program} cannot be started (${startError})`)
  const score = scoreOf(exitCode, printed.at(-1))
  if (score !== undefined) return score
  throw fail(`it ended with ${signal ?? `status ${exitCode}`}; its last words: ${started.lastLines().at(-1)?.slice(0, 200) ?? 'none'}`)
}

function scoreOf(exitCode: number | null, said: string | undefined): number | undefined {
  if (said === undefined) return exitCode === 0 ? 1 : exitCode === 1 ? 0 : undefined
  const score = Number(said)
  return exitCode === 0 && score >= 0 && score <= 1 ? score : undefined
}
