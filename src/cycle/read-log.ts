import { setTimeout as delay } from 'node:timers/promises'
import { z } from 'zod'
import { GenesisError } from '../errors.ts'
import { parseJson } from '../evaluation/json-equal.ts'
import { LineTail } from '../system/line-tail.ts'
import { cycleDirectory, listCycles, readManifest } from './cycle-directory.ts'
import { cycleLogFile } from './cycle-log.ts'
import { trainingLogs } from './free-training.ts'
import { readJournal } from './journal.ts'
import type { Workshop } from './parts.ts'
import { Step } from './step.ts'
import { cycleStatus } from './transitions.ts'

/** A line of a cycle's log; later versions may put more into it. */
const Entry = z.looseObject({
  level: z.string(),
  time: z.string(),
  event: z.string(),
  step: Step.nullable(),
  message: z.string(),
})
export type LoggedEntry = z.infer<typeof Entry>

/** A line of either log. One that is damaged is given as it stands. */
export type LoggedLine =
  { from: 'cycle'; entry: LoggedEntry } | { from: 'cycle'; damaged: string } | { from: 'trainer'; step: 'train'; text: string }

export interface LogRequest {
  /** Only what belongs to this step. */
  step: Step | undefined
  /** Goes on until the cycle is closed or the signal aborts. */
  follow: boolean
}

const pauseMs = 500

/** The cycle that is asked for, else the newest. @throws GenesisError GI-CYCLE-UNKNOWN */
export async function loggedCycle({ home }: Pick<Workshop, 'home'>, requested: string | undefined): Promise<string> {
  const id = requested ?? (await listCycles(home)).at(-1)
  if (id === undefined) throw new GenesisError('GI-CYCLE-UNKNOWN', { what: 'No cycle has run in this home yet.' })
  await readManifest(home, id)
  return id
}

/** The lines of a cycle's log, then those of the trainer; while it is followed, each as it comes. */
export async function* readCycleLog(
  { home, signal }: Pick<Workshop, 'home' | 'signal'>,
  cycle: string,
  { step, follow }: LogRequest,
): AsyncGenerator<LoggedLine> {
  const directory = cycleDirectory(home, cycle)
  const own = new LineTail(cycleLogFile(directory))
  const trainer = step === undefined || step === 'train' ? new LineTail(...trainingLogs(directory)) : null
  for (;;) {
    // Looked at first, so that what is written at the very end is read still.
    const isOver = !follow || signal.aborted || cycleStatus(await readJournal(directory)).status === 'closed'
    for await (const line of linesOf(own, isOver)) yield* ofStep(cycleLine(line), step)
    if (trainer !== null) for await (const text of linesOf(trainer, isOver)) yield { from: 'trainer', step: 'train', text }
    if (isOver) return
    await delay(pauseMs, undefined, { signal }).catch((error: unknown) => {
      if (!signal.aborted) throw error
    })
  }
}

/** At the end with what a kill cut short. */
async function* linesOf(tail: LineTail, isOver: boolean): AsyncGenerator<string> {
  yield* tail.lines()
  const rest = isOver ? tail.takeRest() : ''
  if (rest !== '') yield rest
}

function cycleLine(line: string): LoggedLine[] {
  if (line.trim() === '') return []
  const entry = Entry.safeParse(parseJson(line))
  return [entry.success ? { from: 'cycle', entry: entry.data } : { from: 'cycle', damaged: line }]
}

/** A damaged line may belong to any step. */
function ofStep(lines: LoggedLine[], step: Step | undefined): LoggedLine[] {
  return lines.filter((line) => step === undefined || !('entry' in line) || line.entry.step === step)
}
