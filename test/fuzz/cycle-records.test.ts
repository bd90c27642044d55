import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { readPast } from '../../src/cycle/past.ts'
import { readReleaseLineage } from '../../src/cycle/release-lineage.ts'
import { readCycle } from '../../src/cycle/show.ts'
import { readStatus } from '../../src/cycle/status.ts'
import { traceLearning } from '../../src/cycle/trace-learning.ts'
import { readMetricFacts } from '../../src/server/metric-facts.ts'
import { readyPlace } from '../cycle/workplace.ts'
import { campaign } from './campaign.ts'
import { damagedJson, damagedLines } from './damaged-json.ts'

const place = readyPlace()
await place.runToEnd()
const [cycle = ''] = place.cycles()
const release = cycle.replace('cycle-', 'genesis-')
const directory = path.join(place.home.cycles, cycle)

const readers: Record<string, () => Promise<unknown>> = {
  status: () => readStatus(place.workshop, place.config),
  history: () => readPast(place.workshop),
  show: () => readCycle(place.workshop, cycle),
  'show release': () => readReleaseLineage(place.workshop, release),
  'show learning': () => traceLearning(place.workshop, 'fix-1'),
  metrics: () => readMetricFacts(place.workshop, place.config, '0'),
}

const documents = (text: string): unknown[] => text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as unknown]))

for (const name of [
  'cycle.json',
  'journal.jsonl',
  'prepare/manifest.json',
  'prepare/pinned.jsonl',
  'prepare/fates.jsonl',
  'evaluate/baseline.jsonl',
  'decide/attempt.json',
  'decide/verdict.json',
  `../../models/${release}/release.json`,
]) {
  test(`${path.basename(path.dirname(name))}/${path.basename(name)} of a cycle, damaged, is read or refused by all that tells of it`, async (t) => {
    const file = path.join(directory, name)
    const whole = readFileSync(file)
    t.after(() => writeFileSync(file, whole))
    const content = name.endsWith('.jsonl')
      ? damagedLines(documents(whole.toString()).slice(0, 20))
      : damagedJson([JSON.parse(whole.toString()) as unknown])
    await campaign(
      t,
      fc.tuple(fc.constantFrom(...Object.keys(readers)), content),
      async ([reader, damaged]) => {
        rmSync(place.home.cache, { recursive: true, force: true })
        writeFileSync(file, damaged)
        await readers[reader]?.()
      },
      { share: 1 / 9 },
    )
  })
}

test('a cycle goes on from a damaged journal or record of its opening, or fails with a reason that is no bug', async (t) => {
  const open = readyPlace()
  await open.runUntilNext('conclude')
  const [id = ''] = open.cycles()
  const inputs = fc.constantFrom('cycle.json', 'journal.jsonl').chain((name) => {
    const whole = readFileSync(path.join(open.home.cycles, id, name), 'utf8')
    const content = name.endsWith('.jsonl') ? damagedLines(documents(whole)) : damagedJson([JSON.parse(whole) as unknown])
    return fc.record({ name: fc.constant(name), content })
  })
  await campaign(
    t,
    inputs,
    async ({ name, content }) => {
      const copy = open.copy()
      writeFileSync(path.join(copy.home.cycles, id, name), content)
      try {
        const { action, error } = await copy.check()
        if (error !== null) throw error
        return action
      } finally {
        rmSync(copy.home.root, { recursive: true, force: true })
      }
    },
    { share: 1 / 10 },
  )
})
