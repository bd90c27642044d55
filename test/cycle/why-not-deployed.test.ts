import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import type { Status } from '../../src/cycle/status.ts'
import { whyNotDeployed } from '../../src/cycle/status.ts'

type Facts = Omit<Status, 'why_not_deployed' | 'what_to_do'>
const summary = '45 of 100 learnings; 12 of 62 days'
const facts = (changes: Partial<Facts> = {}): Facts => ({
  ...{ last_training_time: null, learnings_since_training: 45, current_model: 'genesis-base', training_runs: 0, improvement_score: 0 },
  ...{ last_check_time: null, should_trigger: false, trigger_reason: 'Thresholds not met', blockers: [], triggers: [], cycle: null },
  attempts: { made: 0, wealth: 0.1, alpha: 0.05 },
  ...{ backoff_until: null, unusable: { count: 0, reasons: [] }, forgotten: 0, last_verdict: null, notice: null },
  probation: { state: 'off', text: 'off: no release is in production', evidence: null, outcomes: 0 },
  ...changes,
})
const why = (changes: Partial<Facts> = {}): string | null => whyNotDeployed(facts(changes), summary)
const last = (outcome: string, reasons: string[] = []) => ({
  cycle: 'cycle-20260301-120000',
  outcome,
  at: '2026-03-01T12:00:00.000Z',
  reasons,
})
const open = { id: 'cycle-20260302-120000', step: 'train', status: 'running' as const, progress: null, error: null, waiting_for: null }
const blocker = { code: 'GI-BASE-MISSING', what: 'No base model is configured.', remedy: 'Set "base".' }
const release = 'genesis-20260301-120000'

describe('why nothing was deployed', () => {
  test('a cycle waits for somebody, or for its hours', () => {
    const waiting_for = { waitingFor: 'window' as const, explanation: 'training runs from 01:00 to 06:00 only' }
    assert.equal(why({ cycle: { ...open, waiting_for } }), 'cycle-20260302-120000 waits: training runs from 01:00 to 06:00 only')
  })

  test('a cycle is at work, named with its step', () => {
    assert.equal(why({ cycle: open }), 'cycle-20260302-120000 is still at work (train)')
    assert.equal(why({ cycle: { ...open, step: null } }), 'cycle-20260302-120000 is still at work (conclude)')
    const stopped = why({ cycle: { ...open, status: 'waiting' } })
    assert.equal(stopped, 'cycle-20260302-120000 stopped before train, and nobody works on it now')
  })

  test('a cycle is retrying: the error of its step', () => {
    const said = why({ cycle: { ...open, status: 'retrying', error: 'The disk is full.' } })
    assert.equal(said, 'cycle-20260302-120000 could not finish train yet: The disk is full.')
  })

  test('the last cycle ended otherwise: its first reason, before any blocker', () => {
    for (const outcome of ['REFUSE', 'ABSTAIN', 'FAILED', 'CANCELLED', 'ROLLED_BACK']) {
      const said = why({ last_verdict: last(outcome, ['it got worse', 'and more']), blockers: [blocker], current_model: release })
      assert.equal(said, `cycle-20260301-120000 ended with ${outcome}: it got worse`)
    }
    assert.equal(why({ last_verdict: last('FAILED') }), 'cycle-20260301-120000 ended with FAILED: no reason was recorded')
  })

  test('something is missing: what it is and what to do', () => {
    assert.equal(why({ blockers: [blocker] }), 'No base model is configured. Set "base".')
  })

  test('a cycle is due and not open yet, the first or a later one', () => {
    assert.equal(why({ should_trigger: true }), 'a cycle is due; the next check opens it')
    const later = { should_trigger: true, last_verdict: last('DEPLOY'), current_model: release, learnings_since_training: 120 }
    assert.equal(why(later), 'a cycle is due; the next check opens it')
  })

  test('no trigger is met: all of them with their numbers, with nothing deployed and with learnings newer than what is', () => {
    assert.equal(why(), `no cycle was due yet: ${summary}`)
    assert.equal(why({ learnings_since_training: 0 }), `no cycle was due yet: ${summary}`)
    assert.equal(why({ last_verdict: last('DEPLOY'), current_model: release }), `no cycle was due yet: ${summary}`)
  })

  test('nothing to say when the newest corrections are in the model that is served', () => {
    assert.equal(why({ last_verdict: last('DEPLOY'), current_model: release, learnings_since_training: 0 }), null)
    assert.equal(why({ last_verdict: last('DEPLOY'), current_model: release, learnings_since_training: 0, blockers: [blocker] }), null)
  })

  test('learnings that wait and zero trainings always have a reason, whatever model the earlier system left', () => {
    const verdict = fc.option(
      fc.constantFrom('DEPLOY', 'REFUSE', 'ABSTAIN', 'FAILED', 'CANCELLED', 'ROLLED_BACK').map((outcome) => last(outcome)),
    )
    fc.assert(
      fc.property(
        fc.record({
          learnings_since_training: fc.integer({ min: 1, max: 1000 }),
          current_model: fc.constantFrom('genesis-base', release),
          should_trigger: fc.boolean(),
          blockers: fc.constantFrom<(typeof blocker)[]>([], [blocker]),
          cycle: fc.constantFrom(null, open),
          last_verdict: verdict,
        }),
        (changes) => {
          assert.notEqual(why(changes), null)
          assert.notEqual(why(changes), '')
        },
      ),
    )
  })
})
