import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import type { JournalEvent } from '../../src/cycle/journal.ts'
import { steps } from '../../src/cycle/step.ts'
import type { Outcome, Step, Verdict } from '../../src/cycle/step.ts'
import { cycleStatus, trainingFinishedAt } from '../../src/cycle/transitions.ts'

const at = '2026-03-01T12:00:00.000Z'
const error = { code: 'GI-ENGINE-CRASHED', what: 'The engine ended.', remedy: 'Look again.' }
const opened: JournalEvent = { event: 'opened', at, reason: 'Enough learnings', manual: false }
const started = (step: Step, attempt = 1): JournalEvent => ({ event: 'step-started', at, step, attempt })
const failed = (step: Step, temporary: boolean, attempt = 1): JournalEvent => ({
  event: 'step-failed',
  at,
  step,
  attempt,
  temporary,
  error,
})
const interrupted = (step: Step, attempt = 1): JournalEvent => ({ event: 'step-interrupted', at, step, attempt })
const finished = (step: Step, verdict?: Verdict, when = at): JournalEvent => ({
  ...{ event: 'step-finished', at: when, step, attempt: 1, outputs: {}, result: {} },
  ...(verdict && { verdict }),
})
const closed = (outcome: Outcome): JournalEvent => ({
  ...{ event: 'closed', at, outcome, reasons: ['because'], fingerprint: 'f', newly_pinned: 0, learnings_seen: 0, backoff: null },
})

/** What is next after the steps up to this one finished, the gate having said `verdict` where it is asked. */
function nextAfter(last: Step, verdict: Verdict): Step | null {
  const done = steps.slice(0, steps.indexOf(last) + 1).map((step) => finished(step, step === 'decide' ? verdict : undefined))
  const status = cycleStatus([opened, ...done])
  return status.status === 'open' ? status.next : null
}

describe('what a cycle does next', () => {
  test('at first collect, attempt 1, with nothing failed and no verdict', () => {
    const first = { status: 'open', next: 'collect', attempt: 1, failuresInARow: 0, lastError: null, verdict: null }
    assert.deepEqual(cycleStatus([opened]), first)
  })

  test('each step is followed by the one after it when the verdict is DEPLOY', () => {
    const following = steps.map((step) => nextAfter(step, 'DEPLOY'))
    assert.deepEqual(following, ['prepare', 'train', 'package', 'evaluate', 'decide', 'deploy', 'conclude', 'conclude'])
  })

  test('decide with REFUSE or ABSTAIN skips the deployment', () => {
    for (const verdict of ['REFUSE', 'ABSTAIN'] as const) assert.equal(nextAfter('decide', verdict), 'conclude')
  })

  test('prepare with a verdict goes to conclude, untrained', () => {
    const status = cycleStatus([opened, finished('collect'), finished('prepare', 'ABSTAIN')])
    assert.deepEqual([status.status, status.verdict], ['open', 'ABSTAIN'])
    assert.equal(status.status === 'open' && status.next, 'conclude')
  })

  test('a step that was started and not finished is next again, as one attempt more', () => {
    const status = cycleStatus([opened, finished('collect'), started('prepare'), started('prepare', 2)])
    assert.deepEqual(status, { status: 'open', next: 'prepare', attempt: 3, failuresInARow: 0, lastError: null, verdict: null })
  })

  test('an interrupted step is next again and is no failure', () => {
    const status = cycleStatus([opened, started('collect'), interrupted('collect')])
    assert.deepEqual(status, { status: 'open', next: 'collect', attempt: 2, failuresInARow: 0, lastError: null, verdict: null })
  })

  test('nine temporary failures in a row are tried again with the last error told, the tenth fails the cycle', () => {
    const tries = (count: number): JournalEvent[] =>
      Array.from({ length: count }, (_, index) => [started('collect', index + 1), failed('collect', true, index + 1)]).flat()
    assert.deepEqual(cycleStatus([opened, ...tries(9)]), {
      ...{ status: 'open', next: 'collect', attempt: 10, failuresInARow: 9, lastError: error, verdict: null },
    })
    assert.deepEqual(cycleStatus([opened, ...tries(10)]), { status: 'failing', step: 'collect', error, verdict: null })
  })

  test('failures of a step that was finished do not count against the next one', () => {
    const before = Array.from({ length: 9 }, () => failed('collect', true))
    const status = cycleStatus([opened, ...before, finished('collect'), started('prepare'), failed('prepare', true)])
    assert.deepEqual([status.status, status.status === 'open' && status.failuresInARow], ['open', 1])
  })

  test('one permanent failure fails the cycle', () => {
    const status = cycleStatus([opened, finished('collect'), started('prepare'), failed('prepare', false)])
    assert.deepEqual(status, { status: 'failing', step: 'prepare', error, verdict: null })
  })

  test('a closed cycle is closed, whatever stands before it', () => {
    const status = cycleStatus([opened, finished('collect'), failed('prepare', false), closed('FAILED')])
    assert.deepEqual(status, { status: 'closed', outcome: 'FAILED', reasons: ['because'], verdict: null })
  })

  test('the training is finished when its step is, not when it was started', () => {
    assert.equal(trainingFinishedAt([opened, finished('collect'), finished('prepare'), started('train')]), null)
    const later = '2026-03-01T13:00:00.000Z'
    assert.equal(trainingFinishedAt([opened, finished('train', undefined, later), finished('package')]), later)
  })
})

/** A journal as the program may write it, and what must come next after each of its events, kept track of without reading it back. */
function walk(choices: readonly number[]): { events: JournalEvent[]; expected: string[] } {
  const events: JournalEvent[] = [opened]
  const expected = ['open collect']
  const note = (event: JournalEvent, next: string): void => void (events.push(event), expected.push(next))
  let step: Step = 'collect'
  let verdict: Verdict | undefined
  let attempt = 0
  let failures = 0
  for (const choice of choices) {
    attempt += 1
    note(started(step, attempt), `open ${step}`)
    if (choice === 0) continue
    if (choice === 1) note(interrupted(step, attempt), `open ${step}`)
    if (choice === 2 || choice === 3) {
      failures += 1
      const fails = choice === 3 || failures === 10
      note(failed(step, choice === 2, attempt), fails ? `failing ${step}` : `open ${step}`)
      if (!fails) continue
      note(closed('FAILED'), 'closed FAILED')
      break
    }
    if (choice < 4) continue
    let given: Verdict | undefined
    if (step === 'decide') given = choice === 4 ? 'DEPLOY' : 'REFUSE'
    if (step === 'prepare' && choice === 5) given = 'ABSTAIN'
    verdict ??= given
    const isLast: boolean = step === 'conclude'
    const skips: boolean = given !== undefined && given !== 'DEPLOY'
    const next: Step = skips || isLast ? 'conclude' : (steps[steps.indexOf(step) + 1] ?? 'conclude')
    note(finished(step, given), `open ${next}`)
    if (isLast) {
      note(closed(verdict ?? 'ABSTAIN'), `closed ${verdict ?? 'ABSTAIN'}`)
      break
    }
    step = next
    attempt = 0
    failures = 0
  }
  return { events, expected }
}

test('any beginning of a legal journal leads to exactly one next action', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(7), { maxLength: 40 }), (drawn) => {
      // Steps finish more often than not, so that walks come to their end.
      const { events, expected } = walk(drawn.map((number) => (number > 5 ? 4 : number)))
      expected.forEach((next, index) => {
        const status = cycleStatus(events.slice(0, index + 1))
        const said = {
          open: 'next' in status && status.next,
          failing: 'step' in status && status.step,
          closed: 'outcome' in status && status.outcome,
        }
        assert.equal(`${status.status} ${String(said[status.status])}`, next)
      })
    }),
    { numRuns: 300 },
  )
})
