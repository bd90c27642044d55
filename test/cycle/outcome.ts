import { readdirSync } from 'node:fs'
import { readHistory } from '../../src/cycle/history.ts'
import { parseJson } from '../../src/evaluation/json-equal.ts'
import { directoryServing } from '../../src/serving/directory.ts'
import { listReleases } from '../../src/serving/release-files.ts'
import { digestText } from '../../src/state/files.ts'
import { textOf } from './workplace.ts'
import type { Workplace } from './workplace.ts'

/** All that must not depend on crashes and other mishaps: times are left out, and cycles and releases bear their number in place of their time. */
export async function outcomeOf(place: Workplace): Promise<object> {
  const { home } = place
  const numbers = new Map(place.cycles().map((cycle, index) => [cycle.replace('cycle-', ''), `#${index}`]))
  const numbered = (text: string): string => text.replaceAll(/\d{8}-\d{6}/g, (time) => numbers.get(time) ?? time)
  const state = await place.state()
  const outcome = {
    state: {
      ...state,
      ...{ last_check_time: 0, first_check_time: 0, last_training_time: state.last_training_time !== null },
      ...{ last_cycle: { ...state.last_cycle, at: 0 }, backoff: state.backoff?.doublings ?? null },
    },
    history: (await readHistory(place.workshop)).map(({ id, outcome: end, reasons, release, estimate }) => [
      id,
      end,
      reasons,
      release,
      estimate,
    ]),
    served: await directoryServing(home).served(),
    releases: (await listReleases(home)).map((record) => ({
      ...record,
      ...{ createdAt: 0, deployedAt: record.deployedAt !== null, rolledBackAt: record.rolledBackAt !== null },
    })),
    fates: countBy(place.fates().map(({ fate }) => fate)),
    // What an attempt leaves that failed is kept for people to look at.
    leftovers: readdirSync(home.cycles, { recursive: true }).flatMap(
      (name) => /training$|\.opening|[a-z]+\.attempt/.exec(String(name)) ?? [],
    ),
  }
  const texts = {
    fates: place.fates().map((fate) => JSON.stringify(fate)),
    pinned: textOf(home.pinned).split('\n'),
    decisions: textOf(home.holdoutDecisions)
      .split('\n')
      .filter((line) => parseJson(line) !== undefined),
    learnings: textOf(home.learningsJsonl).split('\n'),
  }
  const digests = Object.entries(texts).map(([name, lines]) => [name, lines.length, digestText(numbered(lines.sort().join('\n')))])
  return JSON.parse(numbered(JSON.stringify({ ...outcome, digests }))) as object
}

function countBy(texts: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const text of texts) counts[text] = (counts[text] ?? 0) + 1
  return counts
}
