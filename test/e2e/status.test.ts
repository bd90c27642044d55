import assert from 'node:assert/strict'
import { chmodSync, existsSync, readdirSync, writeFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { canChangeUser, corrections, genesis, genesisJson, temporaryHome } from './program.ts'

interface StatusDocument {
  triggers: { name: string; value: number | null; limit: number; state: string; explanation: string }[]
  blockers: { code: string; what: string; remedy: string }[]
  unusable: { count: number; reasons: { code: string; text: string; count: number; examples: string[] }[] }
  [field: string]: unknown
}

describe('status --json', () => {
  test('of an empty home is the contract with its defaults, and creates no state', async (t) => {
    const home = temporaryHome(t)
    const status = await genesisJson<StatusDocument>(['status', '--home', home.root])
    const { triggers, blockers, ...rest } = status
    assert.deepEqual(rest, {
      last_training_time: null,
      learnings_since_training: 0,
      current_model: 'genesis-base',
      training_runs: 0,
      improvement_score: 0,
      last_check_time: null,
      should_trigger: false,
      trigger_reason: 'Thresholds not met',
      cycle: null,
      backoff_until: null,
      attempts: { made: 0, wealth: 0.1, alpha: 0.05 },
      forgotten: 0,
      unusable: { count: 0, reasons: [] },
      last_verdict: null,
      probation: { state: 'off', text: 'off: no release is in production', evidence: null, outcomes: 0 },
      notice: null,
      why_not_deployed: rest['why_not_deployed'],
      what_to_do: 'Run "genesis-improve init --base FILE.gguf" or set "base" in genesis-improve.config.json.',
    })
    assert.match(String(rest['why_not_deployed']), /No base model is configured/)
    assert.deepEqual(
      triggers.map(({ name, value, limit, state }) => ({ name, value, limit, state })),
      [
        { name: 'learnings', value: 0, limit: 100, state: 'not met' },
        { name: 'time', value: 0, limit: 62, state: 'not met' },
        { name: 'performance', value: null, limit: 0.9, state: 'unknown' },
      ],
    )
    assert.ok(triggers.every(({ explanation }) => explanation.length > 0))
    assert.deepEqual(
      blockers.map(({ code }) => code),
      ['GI-BASE-MISSING'],
    )
    assert.equal(existsSync(home.state), false)
  })

  test('names the learnings that cannot be used, with their reason and place', async (t) => {
    const home = temporaryHome(t, { learnings: [...corrections(2), 7, { input: 'q' }] })
    const { learnings_since_training: waiting, unusable } = await genesisJson<StatusDocument>(['status', '--home', home.root])
    assert.equal(waiting, 2)
    assert.equal(unusable.count, 2)
    assert.deepEqual(unusable.reasons.map(({ code, count }) => [code, count]).sort(), [
      ['no-wanted-output', 1],
      ['not-an-object', 1],
    ])
    assert.ok(unusable.reasons.every(({ examples }) => examples.length === 1))
  })

  test('takes the thresholds from the environment of the earlier system', async (t) => {
    const home = temporaryHome(t, { learnings: corrections(3), config: { triggers: { learnings: 50 } } })
    const environment = { GENESIS_LEARNING_THRESHOLD: '3', GENESIS_TIME_THRESHOLD_DAYS: '7', GENESIS_PERFORMANCE_THRESHOLD: '0.8' }
    const status = await genesisJson<StatusDocument>(['status', '--home', home.root], { environment })
    assert.deepEqual(
      status.triggers.map(({ limit }) => limit),
      [3, 7, 0.8],
    )
    assert.equal(status['should_trigger'], true)
    assert.match(String(status['trigger_reason']), /3 of 3 learnings/)
  })

  test('carries the six fields of a state that the earlier system wrote', async (t) => {
    const home = temporaryHome(t)
    const six = {
      last_training_time: '2025-01-02T03:04:05.000Z',
      learnings_since_training: 7,
      current_model: 'genesis-base',
      training_runs: 2,
      improvement_score: 0.5,
      last_check_time: '2025-01-03T00:00:00.000Z',
    }
    writeFileSync(home.state, JSON.stringify(six))
    const status = await genesisJson<StatusDocument>(['status', '--home', home.root])
    // The count is made anew from the learnings, of which there are none.
    for (const [field, value] of Object.entries({ ...six, learnings_since_training: 0 })) assert.deepEqual(status[field], value, field)
  })
})

describe('status for people', () => {
  test('fits 80 columns, explains each trigger, and has one line that says why nothing was deployed', async (t) => {
    const home = temporaryHome(t, { learnings: corrections(45) })
    const { code, stdout, stderr } = await genesis(['status', '--home', home.root])
    assert.equal(code, 0)
    assert.equal(stderr, '')
    assert.match(stdout, /45 of 100 learnings/)
    assert.match(stdout, /0 of 62 days/)
    assert.match(stdout, /accuracy not measured: 0 successes recorded, 20 needed/)
    assert.equal(stdout.match(/Why nothing was deployed: /g)?.length, 1)
    assert.match(stdout, /Blocked +No base model is configured/)
    for (const line of stdout.split('\n')) assert.ok(line.length <= 80, line)
  })
})

describe('a home this user cannot write', { skip: canChangeUser() ? false : 'needs another user' }, () => {
  test('can be looked at: status, history, check --dry-run', async (t) => {
    const home = temporaryHome(t, { learnings: corrections(3) })
    const before = readdirSync(home.data)
    await whileReadOnly([home.root, home.data], async () => {
      for (const args of [['status'], ['history'], ['check', '--dry-run']]) {
        const { code, stderr } = await genesis([...args, '--home', home.root], { unprivileged: true })
        assert.equal(stderr, '', args.join(' '))
        assert.equal(code, 0, args.join(' '))
      }
    })
    assert.deepEqual(readdirSync(home.data), before)
  })

  test('refuses changes with exit 10 and says so', async (t) => {
    const home = temporaryHome(t, { learnings: corrections(3) })
    await whileReadOnly([home.root, home.data], async () => {
      for (const args of [['check', '--once'], ['learn', '--input', 'q', '--wanted', 'a'], ['init']]) {
        const { code, stderr } = await genesis([...args, '--home', home.root], { unprivileged: true })
        assert.equal(code, 10, args.join(' '))
        assert.match(stderr, /GI-HOME-READ-ONLY/)
      }
    })
  })

  async function whileReadOnly(directories: string[], work: () => Promise<void>): Promise<void> {
    for (const directory of directories) chmodSync(directory, 0o555)
    try {
      await work()
    } finally {
      for (const directory of directories) chmodSync(directory, 0o755)
    }
  }
})
