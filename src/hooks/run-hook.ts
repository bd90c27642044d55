import path from 'node:path'
import type { HooksConfig } from '../config/hooks.ts'
import { appendLines } from '../state/files.ts'
import { askProgram, failureOf } from '../system/ask-program.ts'
import type { Home } from '../state/home.ts'
import type { HookEvent } from './event.ts'

/** Where the ends of all hooks of a home are put down, the newest last. */
const logFile = (home: Home): string => path.join(home.data, 'hooks.jsonl')

/** Runs the hook of an event, if there is one, and puts its end down. Gives why it failed, in words; null otherwise. */
export async function runHook(home: Home, hooks: HooksConfig, event: HookEvent): Promise<string | null> {
  const command = hooks[event.hook]
  if (command === undefined) return null
  const answer = await askProgram(command, home.root, event)
  const failure = failureOf(command, answer)
  const { hook, at, cycle, step } = event
  const { exitCode, signal, timedOut, lastWords } = answer
  await appendLines(logFile(home), [JSON.stringify({ at, hook, cycle, step, exitCode, signal, timedOut, failure, lastWords })])
  return failure
}
