import assert from 'node:assert/strict'
import { mkdirSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, test } from 'node:test'
import { Chalk } from 'chalk'
import { attemptsOn } from '../../src/cycle/attempts.ts'
import { damagedDirectory } from '../../src/cycle/cycle-directory.ts'
import { rollback } from '../../src/cycle/rollback.ts'
import { triggerCycle } from '../../src/cycle/trigger.ts'
import { nextAttemptOn } from '../../src/cycle/next-attempt.ts'
import { readCycle } from '../../src/cycle/show.ts'
import { readStatus } from '../../src/cycle/status.ts'
import { describeCycle } from '../../src/terminal/cycle.ts'
import { describeStatus } from '../../src/terminal/status.ts'
import { nextAttempt } from '../../src/gate/attempts.ts'
import { homeAt } from '../../src/state/home.ts'
import type { Home } from '../../src/state/home.ts'
import { forgetful, hourMs, newPlace, readyPlace, textOf } from './workplace.ts'
import type { Workplace } from './workplace.ts'

const cycleNumber = (number: number): string => `cycle-20260301-12000${number}`
const present = { id: cycleNumber(9), baseline: 'genesis-base' }
const ids = (from: number, to: number): string[] => Array.from({ length: to - from }, (_, index) => `item-${from + index}`)
const pinnedBy = (number: number, names: readonly string[]): { id: string; cycle: string }[] =>
  names.map((id) => ({ id, cycle: cycleNumber(number) }))

interface Judged {
  baseline?: string
  alpha: number
  items: readonly string[]
}

/** A home with these cycles, numbered from 1, of which only what counts for the attempts is there. */
function homeWith(...cycles: Judged[]): Home {
  const home = homeAt(newPlace())
  for (const [index, { baseline = 'genesis-base', alpha, items }] of cycles.entries()) {
    const directory = path.join(home.cycles, cycleNumber(index + 1))
    mkdirSync(path.join(directory, 'decide'), { recursive: true })
    writeFileSync(path.join(directory, 'cycle.json'), JSON.stringify({ baseline }))
    writeFileSync(path.join(directory, 'decide', 'attempt.json'), JSON.stringify({ baseline, alpha, judgedItemIds: items }))
  }
  return home
}

/** The level of the present cycle's attempt, and what the operator is told. */
async function level(home: Home, items: readonly { id: string; cycle: string }[]): Promise<{ alpha: number; notices: string[] }> {
  const notices: string[] = []
  const attempts = await attemptsOn({ home, notice: (text) => notices.push(text) }, present, items)
  const itemIds = items.map(({ id }) => id)
  return { alpha: nextAttempt(attempts, itemIds).alpha, notices }
}

const manifestOf = (home: Home, number: number): string => path.join(home.cycles, cycleNumber(number), 'cycle.json')
const attemptOf = (home: Home, number: number): string => path.join(home.cycles, cycleNumber(number), 'decide', 'attempt.json')
const near = (actual: number, wanted: number): void => assert.ok(Math.abs(actual - wanted) < 1e-12, `${actual} is not ${wanted}`)

describe('an earlier cycle whose records are damaged', () => {
  const items = pinnedBy(1, ids(0, 10))

  test('in cycle.json alone: its attempt says itself what it was about', async () => {
    const home = homeWith({ alpha: 0.05, items: ids(0, 10) }, { baseline: 'genesis-20250101-000000', alpha: 0.05, items: ids(0, 10) })
    for (const number of [1, 2]) writeFileSync(manifestOf(home, number), '{"half')
    const { alpha, notices } = await level(home, items)
    near(alpha, 0.025)
    assert.deepEqual(notices, [])
  })

  test('in attempt.json, of another baseline: it does not count', async () => {
    const home = homeWith({ baseline: 'genesis-20250101-000000', alpha: 0.05, items: ids(0, 10) })
    writeFileSync(attemptOf(home, 1), '')
    assert.deepEqual(await level(home, items), { alpha: 0.05, notices: [] })
  })

  for (const [what, damage] of [
    ['in attempt.json, of this baseline', (home: Home) => truncateSync(attemptOf(home, 1), 20)],
    ['with its attempt.json gone', (home: Home) => rmSync(attemptOf(home, 1))],
    [
      'in an attempt.json that gives more than there is',
      (home: Home) => writeFileSync(attemptOf(home, 1), '{"baseline":"genesis-base","alpha":-1}'),
    ],
    [
      'in both, so that nobody knows the baseline',
      (home: Home) => [manifestOf, attemptOf].forEach((file) => writeFileSync(file(home, 1), '\0')),
    ],
  ] as const)
    test(`${what}: as if it had judged the same items and spent half, and the operator is told`, async () => {
      const home = homeWith({ alpha: 0.05, items: ids(0, 10) })
      damage(home)
      const { alpha, notices } = await level(home, items)
      near(alpha, 0.025)
      assert.equal(notices.length, 1)
      assert.match(notices[0] ?? '', new RegExp(`${cycleNumber(1)} .*judged more strictly.*backup`))
    })

  test('never leaves more to spend than its own record would', async () => {
    // What is left before the second is .05. It judged 100 items, 10 of them fresh, and spent (.05 + .01) / 2; by now only those 10 are pinned.
    const cycles = [
      { alpha: 0.05, items: ids(0, 90) },
      { alpha: 0.03, items: ids(0, 100) },
    ]
    const now = pinnedBy(2, ids(90, 100))
    near((await level(homeWith(...cycles), now)).alpha, 0.015)
    const home = homeWith(...cycles)
    writeFileSync(attemptOf(home, 2), '')
    // It earned nothing and spent half: .025 are left.
    near((await level(home, now)).alpha, 0.0125)
  })

  test('does not stand in the way for ever: items pinned since then earn back', async () => {
    const home = homeWith({ alpha: 0.05, items: ids(0, 10) })
    writeFileSync(attemptOf(home, 1), '')
    // Half of the items are fresh: min(.10, .05 + .05) / 2.
    near((await level(home, [...items, ...pinnedBy(9, ids(10, 20))])).alpha, 0.05)
  })

  test('counts as well when it was set aside', async () => {
    const home = homeWith({ alpha: 0.05, items: ids(0, 10) })
    renameSync(path.join(home.cycles, cycleNumber(1)), damagedDirectory(home, cycleNumber(1)))
    near((await level(home, items)).alpha, 0.025)
  })

  test('that never came to a judgement does not count', async () => {
    const home = homeWith({ alpha: 0.05, items: [] })
    rmSync(path.dirname(attemptOf(home, 1)), { recursive: true })
    writeFileSync(manifestOf(home, 1), '')
    assert.deepEqual(await level(home, items), { alpha: 0.05, notices: [] })
  })
})

const alphaOf = (place: Workplace, cycle: string): number =>
  (JSON.parse(textOf(path.join(place.home.cycles, cycle, 'decide', 'attempt.json'))) as { alpha: number }).alpha

test('a reworded item earns nothing back: what was asked stands in the cycle that asked it', async () => {
  const home = homeWith({ alpha: 0.05, items: ['a'] })
  const prepared = path.join(home.cycles, cycleNumber(1), 'prepare')
  mkdirSync(prepared)
  writeFileSync(path.join(prepared, 'pinned.jsonl'), `${JSON.stringify({ id: 'a', input: 'What is the capital of France?' })}\nhalf`)
  const workshop = { home, notice: () => undefined }
  const reworded = { id: 'b', input: 'Please tell me what the capital of France is', cycle: cycleNumber(9) }
  assert.deepEqual(await nextAttemptOn(workshop, present, [reworded]), { number: 2, alpha: 0.025, wealth: 0.05, freshShare: 0 })
  const other = { id: 'c', input: 'Name a prime number', cycle: cycleNumber(9) }
  assert.deepEqual(await nextAttemptOn(workshop, present, [other]), { number: 2, alpha: 0.05, wealth: 0.1, freshShare: 1 })
})

test('show and status tell the attempt, what is left to spend, and the backoff', async () => {
  const place = readyPlace()
  assert.deepEqual((await readStatus(place.workshop, place.config)).attempts, { made: 0, wealth: 0.1, alpha: 0.05 })
  place.mind = forgetful
  await place.runToEnd()
  const shown = await readCycle(place.workshop, place.cycles()[0] ?? '')
  assert.deepEqual(shown.attempt, { number: 1, alpha: 0.05, wealth: 0.1, freshShare: 1, wealthLeft: 0.05 })
  const status = await readStatus(place.workshop, place.config)
  assert.deepEqual(status.attempts, { made: 1, wealth: 0.05, alpha: 0.025 })
  assert.ok(shown.backoffUntil !== null && shown.backoffUntil === status.backoff_until)
  const plain = new Chalk({ level: 0 })
  assert.match(describeCycle(shown, plain), /Attempt 1 on genesis-base: alpha 0.05 of the 0.1 there was; 0.05 left/)
  const text = describeStatus(status, plain, new Date(place.nowMs))
  assert.match(
    text,
    /^Attempts +1 on genesis-base; 0.05 of 0.1 left to spend, so the next one is\n +judged at 0.025 or, with new items, more$/m,
  )
  assert.match(text, /^Backoff +no cycle by itself before 2026-03-02/m)
})

describe('the attempts of whole cycles', () => {
  test('a damaged cycle.json of an old cycle does not keep the next one from being judged', async () => {
    const place = readyPlace()
    place.mind = forgetful
    await place.runToEnd()
    const [first = ''] = place.cycles()
    writeFileSync(path.join(place.home.cycles, first, 'cycle.json'), '')
    const { id } = await triggerCycle(place.workshop, place.config)
    await place.runToEnd()
    assert.equal((await place.state()).last_cycle?.outcome, 'REFUSE')
    near(alphaOf(place, id), 0.025)
  })

  test('begin anew with a DEPLOY, and go on where they were after a rollback to the same baseline', async () => {
    const place = readyPlace()
    await place.runToEnd()
    const afterRollback = place.copy()

    place.nowMs += hourMs
    place.learn(100, 'other')
    await place.runToEnd()
    assert.deepEqual(
      place.cycles().map((cycle) => alphaOf(place, cycle)),
      [0.05, 0.05],
    )

    await rollback(afterRollback.workshop, afterRollback.config, undefined)
    afterRollback.nowMs += hourMs
    const { id } = await triggerCycle(afterRollback.workshop, afterRollback.config)
    await afterRollback.runToEnd()
    near(alphaOf(afterRollback, id), 0.025)
  })
})
