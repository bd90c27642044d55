import path from 'node:path'
import { readSettledIdentities } from '../../learnings/fate-reading.ts'
import { DayCounts } from '../../learnings/floods.ts'
import { simulationSource } from '../../learnings/learning.ts'
import type { Learning } from '../../learnings/learning.ts'
import { readLearnings } from '../../learnings/reading.ts'
import { SetDigest } from '../../learnings/set-digest.ts'
import { requireDiskSpace } from '../../state/disk-space.ts'
import { writeLines } from '../../state/files.ts'
import { fingerprintOf } from '../look.ts'
import type { StepContext, StepResult } from '../run-step.ts'
import { spaceNeeded } from './space-needed.ts'

/** Takes a snapshot of the learnings and the corpus; what arrives afterwards belongs to the next cycle. */
export async function collect(context: StepContext): Promise<StepResult> {
  const { home, cycle, directory, made } = context
  await requireDiskSpace(directory, await spaceNeeded.collect(context), 'collect the learnings')
  const { floodFactor } = cycle.config.guard
  const settled = floodFactor === undefined ? null : await readSettledIdentities(home)
  const days = new DayCounts()
  const count = (learning: Learning): void => days.add(learning, !settled?.fated.has(learning.id))
  const tally = { usable: 0, successes: 0, simulated: 0, digest: new SetDigest(), count: settled === null ? () => undefined : count }
  const reading = readLearnings(home, context)
  context.progress('reading learnings')
  await writeLines(path.join(directory, 'learnings.jsonl'), soundLearnings(reading, tally))

  const skipped: Record<string, number> = {}
  context.progress('reading the corpus')
  const corpus = await writeLines(
    path.join(directory, 'corpus.jsonl'),
    asJson(made.corpus.read((reason) => (skipped[reason] = (skipped[reason] ?? 0) + 1))),
  )
  const all = tally.usable + tally.successes
  return {
    result: {
      usable: tally.usable,
      successes: tally.successes,
      unusable: reading.report.unusable,
      simulated: tally.simulated === 0 ? 'none' : tally.simulated === all ? 'only' : 'mixed',
      corpus,
      corpusSkipped: skipped,
      ...(floodFactor === undefined ? {} : { floods: days.floods(floodFactor) }),
      fingerprint: await fingerprintOf(context, tally.digest.text, cycle.config),
    },
  }
}

/** The learnings a dataset can use, as JSON lines, counted on their way. */
async function* soundLearnings(
  reading: ReturnType<typeof readLearnings>,
  tally: { usable: number; successes: number; simulated: number; digest: SetDigest; count: (learning: Learning) => void },
): AsyncGenerator<string> {
  for await (const { learning, usability } of reading) {
    const isSuccess = learning.kind === 'success'
    if (!usability.usable && !isSuccess) continue
    if (learning.source === simulationSource) tally.simulated += 1
    if (isSuccess) tally.successes += 1
    else {
      tally.usable += 1
      tally.digest.add(learning)
      tally.count(learning)
    }
    yield JSON.stringify(learning)
  }
}

async function* asJson(values: AsyncIterable<unknown>): AsyncGenerator<string> {
  for await (const value of values) yield JSON.stringify(value)
}
