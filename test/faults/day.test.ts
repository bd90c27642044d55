import assert from 'node:assert/strict'
import { rmSync } from 'node:fs'
import path from 'node:path'
import { after, test } from 'node:test'
import { listReleases } from '../../src/serving/release-files.ts'
import { directoryServing } from '../../src/serving/directory.ts'
import { digestFile } from '../../src/state/files.ts'
import type { Home } from '../../src/state/home.ts'
import { traceLearning } from '../../src/cycle/trace-learning.ts'
import { Workplace } from '../cycle/workplace.ts'
import { Arrivals } from './arrivals.ts'
import { readyHome } from './homes.ts'
import { leftoversIn } from './leftovers.ts'
import { random } from './options.ts'
import { run } from './program.ts'
import type { Plan } from './program.ts'
import { makeSurroundings } from './surroundings.ts'

const around = await makeSurroundings()
after(() => rmSync(around.directory, { recursive: true, force: true }))

const ticks = 200
const tickMs = (24 * 3_600_000) / ticks

test(`a day of ${ticks} looks with learnings that arrive at random, and faults: every learning is accounted for`, async () => {
  const home = readyHome(around)
  const arrivals = new Arrivals(around, home)
  const met: Record<string, number> = {}
  let jumpedMs = 0
  for (let tick = 1; tick <= ticks; tick += 1) {
    await arrivals.someArrive()
    const plan = drawnPlan()
    const { code, signal, said, operations } = await run(around, home, ['check', '--until-idle'], {
      ...{ ...plan, clockMs: tick * tickMs + jumpedMs },
    })
    const isStruck = operations.length > 0
    if (isStruck) met[plan.what ?? ''] = (met[plan.what ?? ''] ?? 0) + 1
    if (isStruck && plan.what === 'clock') jumpedMs += plan.jumpMs ?? 0
    assert.ok(
      signal === 'SIGKILL' || [0, 10, 12, 130].includes(code ?? NaN),
      `tick ${tick}, ${JSON.stringify(plan)}: ${signal ?? code} ${said}`,
    )
  }
  const { code, said } = await run(around, home, ['check', '--until-idle'], { clockMs: (ticks + 1) * tickMs + jumpedMs })
  assert.equal(code, 0, said)
  const fates = await accountedFor(home, arrivals.ids)
  console.log(`  a day: ${JSON.stringify({ ticks, learnings: arrivals.ids.length, faults: met, fates, cycles: await endsOf(home) })}`)
})

/** In two of five looks something goes wrong: in the first operations, as many as a look has that finds nothing to do, or later. */
function drawnPlan(): Plan {
  const at = 1 + Math.floor(random() * (random() < 0.6 ? 100 : 1500))
  const draw = random()
  if (draw < 0.2) return { what: 'kill', at }
  if (draw < 0.25) return { what: 'torn', at }
  if (draw < 0.32) return { what: 'error', code: draw < 0.28 ? 'ENOSPC' : 'EIO', lasting: random() < 0.5, at }
  if (draw < 0.37) return { what: 'signal', signal: 'SIGTERM', at }
  if (draw < 0.4) return { what: 'clock', jumpMs: (random() < 0.5 ? -1 : 1) * 3_600_000, at }
  return {}
}

/** Counts what became of the learnings. Each has one of the fates that there are, and only what waits is counted as waiting. */
async function accountedFor(home: Home, ids: readonly string[]): Promise<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const id of ids) {
    const trace = await traceLearning({ home }, id)
    const fate = trace?.fate ?? 'lost'
    assert.ok(['used', 'held-out', 'superseded', 'excluded', 'waiting', 'unusable'].includes(fate), `${id} is ${fate}`)
    if (fate === 'excluded' || fate === 'unusable') assert.notEqual(trace?.reason, null, `${id} is ${fate}, nobody knows why`)
    counts[fate] = (counts[fate] ?? 0) + 1
  }
  assert.equal((await new Workplace(home.root).state()).learnings_since_training, counts['waiting'] ?? 0)
  assert.deepEqual(await leftoversIn(home), [])
  return counts
}

/** How often cycles ended in which way. None failed, each made one release at most, and what is served is what was recorded. */
async function endsOf(home: Home): Promise<Record<string, number>> {
  const place = new Workplace(home.root)
  const ends = place.cycles().map((cycle) => place.events(cycle).findLast((event) => event.event === 'closed')?.outcome ?? 'open')
  assert.ok(!ends.includes('FAILED'))
  const releases = await listReleases(home)
  assert.equal(new Set(releases.map(({ cycle }) => cycle)).size, releases.length)
  const served = await directoryServing(home).served()
  assert.equal(served?.name, (await place.state()).current_model)
  assert.equal(served?.digest, releases.find(({ name }) => name === served?.name)?.digest)
  assert.equal(await digestFile(path.join(home.models, 'current', 'model.gguf')), served?.digest)
  return ends.reduce<Record<string, number>>((counts, end) => ({ ...counts, [end]: (counts[end] ?? 0) + 1 }), {})
}
