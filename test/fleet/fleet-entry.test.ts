import assert from 'node:assert/strict'
import test from 'node:test'
import type { Status } from '../../src/cycle/status.ts'
import { GenesisError } from '../../src/errors.ts'
import { damagedEntry, entryOf } from '../../src/fleet/fleet-entry.ts'

const place = { name: 'support', path: '/homes/support' }
const cycle = { id: 'cycle-20260302-120000', step: 'train', progress: null, error: null, waiting_for: null }
const blocker = { code: 'GI-ENGINE-MISSING', what: 'There is no engine.', remedy: 'Install it.' }

function stateOf(changes: Partial<Status>): [string, string | null] {
  const status = {
    current_model: 'genesis-base',
    learnings_since_training: 3,
    should_trigger: false,
    blockers: [],
    cycle: null,
    notice: null,
  }
  const { state, note } = entryOf(place, { last_verdict: null, ...status, ...changes } as unknown as Status)
  return [state, note]
}

test('a home is what its open cycle is, else blocked, due or idle', () => {
  assert.deepEqual(stateOf({}), ['idle', null])
  assert.deepEqual(stateOf({ should_trigger: true }), ['due', null])
  assert.deepEqual(stateOf({ should_trigger: true, blockers: [blocker] }), ['blocked', 'There is no engine. Install it.'])
  assert.deepEqual(stateOf({ cycle: { ...cycle, status: 'running' }, blockers: [blocker] })[0], 'running')
  assert.deepEqual(stateOf({ cycle: { ...cycle, status: 'retrying', error: 'Ollama is away.' } }), ['retrying', 'Ollama is away.'])
  const waiting_for = { waitingFor: 'training', explanation: 'another home trains on this machine' } as const
  assert.deepEqual(stateOf({ cycle: { ...cycle, status: 'waiting', waiting_for } }), ['waiting', 'another home trains on this machine'])
  assert.deepEqual(stateOf({ notice: 'The state file was rebuilt.' }), ['idle', 'The state file was rebuilt.'])
})

test('a home that cannot be read says why on one line, and what to do', () => {
  const error = new GenesisError('GI-CONFIG-INVALID', { why: 'trainer.rank is "many"\ntrainer.alpha is 0' })
  const { state, note, error_code: code } = damagedEntry(place, error)
  assert.deepEqual([state, code], ['damaged', 'GI-CONFIG-INVALID'])
  assert.equal(note, `${error.what} (trainer.rank is "many"; trainer.alpha is 0) ${error.remedy}`)
})
