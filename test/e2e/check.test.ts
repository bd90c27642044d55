import assert from 'node:assert/strict'
import { copyFileSync, existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, test } from 'node:test'
import type { TestContext } from 'node:test'
import { tryRunLock } from '../../src/state/lock.ts'
import type { Home } from '../../src/state/home.ts'
import { reportRun } from '../../src/state/runner.ts'
import { packageRoot } from '../../src/system/package-root.ts'
import { crashingEngine } from './fake-engine.ts'
import { corrections, failing, genesis, genesisJson, startProgram, temporaryDirectory, temporaryHome } from './program.ts'

const demoBase = path.join(packageRoot(), 'data', 'demo', 'base-f16.gguf')

interface CheckDocument {
  action: string
  waitingFor: string | null
  cycle: string | null
  step: string | null
  outcome: string | null
  next: string | null
  triggers: { name: string; state: string }[] | null
  error: { code: string } | null
}

interface StatusDocument {
  cycle: { id: string; step: string; status: string; progress: { share: number } | null } | null
  blockers: { code: string }[]
  should_trigger: boolean
  trigger_reason: string
  why_not_deployed: string | null
}

/** A home with a real base and `count` corrections. */
function homeWithBase(t: TestContext, count = 100): Home {
  const home = temporaryHome(t, { learnings: corrections(count), config: { base: { gguf: 'base.gguf' } } })
  copyFileSync(demoBase, path.join(home.root, 'base.gguf'))
  return home
}

const cyclesOf = (home: Home): string[] => (existsSync(home.cycles) ? readdirSync(home.cycles) : [])

describe('check when nothing is due', () => {
  test('--once --json has exactly the fields of the contract, exit 0, and the state has its count and time', async (t) => {
    const home = temporaryHome(t, { learnings: corrections(3) })
    const document = await genesisJson(['check', '--once', '--home', home.root])
    const { explanation, triggers, ...rest } = document
    assert.deepEqual(rest, { action: 'none', waitingFor: null, cycle: null, step: null, outcome: null, next: null, error: null })
    assert.match(String(explanation), /3 of 100 learnings/)
    assert.equal((triggers as unknown[]).length, 3)
    const state = JSON.parse(readFileSync(home.state, 'utf8')) as Record<string, unknown>
    assert.equal(state['learnings_since_training'], 3)
    assert.ok(Math.abs(Date.parse(String(state['last_check_time'])) - Date.now()) < 600_000)
  })

  test('--until-idle and --dry-run do nothing either; --dry-run leaves no trace', async (t) => {
    const home = temporaryHome(t, { learnings: corrections(3) })
    const foreseen = await genesisJson(['check', '--dry-run', '--home', home.root])
    assert.equal(foreseen['action'], 'none')
    assert.equal(existsSync(home.state), false)
    assert.equal((await genesisJson(['check', '--until-idle', '--home', home.root]))['action'], 'none')
  })

  test('without a switch it stays, and ends with 130 when it is told to stop', async (t) => {
    const home = temporaryHome(t, { learnings: corrections(3) })
    const child = startProgram(['check', '--json', '--home', home.root])
    const line = await new Promise<string>((resolve) => child.stdout.once('data', (chunk: Buffer) => resolve(chunk.toString())))
    assert.equal((JSON.parse(line) as CheckDocument).action, 'none')
    child.kill('SIGTERM')
    assert.equal(await new Promise((resolve) => child.on('close', resolve)), 130)
  })
})

describe('check when a cycle is due', () => {
  test('without a base ends with 10 GI-BASE-MISSING before it opens a cycle; without anything due it does not', async (t) => {
    const home = temporaryHome(t, { learnings: corrections(100) })
    await failing(['check', '--once', '--home', home.root], 10, 'GI-BASE-MISSING')
    await failing(['check', '--until-idle', '--home', home.root], 10, 'GI-BASE-MISSING')
    assert.deepEqual(cyclesOf(home), [])
    const status = await genesisJson<StatusDocument>(['status', '--home', home.root])
    assert.equal(status.should_trigger, true)
    assert.deepEqual(
      status.blockers.map(({ code }) => code),
      ['GI-BASE-MISSING'],
    )
    assert.match(
      (await genesis(['check', '--dry-run', '--home', home.root])).stdout,
      /Would open a cycle, but: No base model is configured/,
    )
    const idle = temporaryHome(t, { learnings: corrections(99) })
    assert.equal((await genesis(['check', '--once', '--home', idle.root])).code, 0)
  })

  test('without the engine ends with 10 GI-ENGINE-MISSING before it opens a cycle, and status names it', async (t) => {
    const home = homeWithBase(t)
    await failing(['check', '--once', '--home', home.root], 10, 'GI-ENGINE-MISSING')
    await failing(['trigger', '--home', home.root], 10, 'GI-ENGINE-MISSING')
    assert.deepEqual(cyclesOf(home), [])
    const { blockers } = await genesisJson<StatusDocument>(['status', '--home', home.root])
    assert.deepEqual(
      blockers.map(({ code }) => code),
      ['GI-ENGINE-MISSING'],
    )
  })
})

describe('check while another process holds the run lock', () => {
  test('ends with 11 and names the holder, its step and its progress; learn, status and trigger answer', async (t) => {
    const home = homeWithBase(t, 99)
    const lock = await tryRunLock(home)
    assert.ok(lock !== null)
    t.after(() => lock.release())
    const progress = { share: 0.42, timeLeftMs: 120_000, text: 'training' }
    await reportRun(home, {
      pid: process.pid,
      cycle: 'cycle-20250101-000000',
      step: 'train',
      progress,
      startedAt: '2025-01-01T00:00:00.000Z',
    })
    for (const mode of ['--once', '--until-idle']) {
      const { why = '' } = await failing(['check', mode, '--home', home.root], 11, 'GI-LOCKED')
      for (const part of [String(process.pid), 'cycle-20250101-000000', 'step train', '42% done', 'about 2 min left'])
        assert.ok(why.includes(part), why)
    }
    assert.equal((await genesisJson(['learn', '--input', 'q', '--wanted', 'a', '--home', home.root]))['recorded'], true)
    assert.equal((await genesisJson(['status', '--home', home.root]))['learnings_since_training'], 100)
    const environment = { GENESIS_ENGINE_DIR: crashingEngine(temporaryDirectory(t)) }
    assert.equal((await genesisJson(['trigger', '--home', home.root], { environment }))['opened'], true)
  })
})

// The fake engine is started as a shell script.
describe('a cycle whose engine crashes', { skip: process.platform === 'win32' }, () => {
  test('is opened, collected, and waits at prepare: exit 12, ten times, then it is FAILED: exit 20, learnings untouched', async (t) => {
    const home = homeWithBase(t)
    const learnings = readFileSync(home.learningsJson)
    const options = { environment: { GENESIS_ENGINE_DIR: crashingEngine(temporaryDirectory(t)) } }
    const check = async (code: number): Promise<CheckDocument> =>
      await genesisJson<CheckDocument>(['check', '--once', '--home', home.root], { ...options, code })

    assert.match((await genesis(['check', '--dry-run', '--home', home.root], options)).stdout, /Would open a cycle: Enough learnings/)
    const opened = await check(0)
    assert.equal(opened.action, 'opened')
    assert.equal(opened.next, 'collect')
    assert.deepEqual(cyclesOf(home), [opened.cycle])
    const collected = await check(0)
    assert.deepEqual([collected.action, collected.step, collected.outcome, collected.next], ['ran', 'collect', 'finished', 'prepare'])

    const open = await genesisJson<StatusDocument>(['status', '--home', home.root], options)
    assert.deepEqual(
      [open.cycle?.id, open.cycle?.step, open.cycle?.status, open.should_trigger],
      [opened.cycle, 'prepare', 'waiting', false],
    )
    assert.equal(open.trigger_reason, `Cycle ${opened.cycle ?? ''} is at step prepare`)
    const triggered = await genesisJson(['trigger', '--home', home.root], options)
    assert.deepEqual(triggered, { cycle: opened.cycle, opened: false })
    assert.match((await genesis(['check', '--dry-run', '--home', home.root], options)).stdout, /Would run prepare of cycle-/)

    const first = await check(12)
    assert.deepEqual([first.action, first.waitingFor, first.step, first.next], ['failed', 'retry', 'prepare', 'prepare'])
    assert.equal(first.error?.code, 'GI-ENGINE-CRASHED')
    const retrying = await genesisJson<StatusDocument>(['status', '--home', home.root], options)
    assert.equal(retrying.cycle?.status, 'retrying')
    assert.match(retrying.why_not_deployed ?? '', /could not finish prepare yet/)

    for (let attempt = 2; attempt < 10; attempt += 1) await check(12)
    const last = await check(20)
    assert.deepEqual([last.action, last.outcome, last.error?.code], ['failed', 'FAILED', 'GI-STEP-FAILED'])
    assert.deepEqual(readFileSync(home.learningsJson), learnings)

    const after = await genesisJson<StatusDocument & { backoff_until: string | null }>(['status', '--home', home.root], options)
    assert.equal(after.cycle, null)
    assert.equal(after.should_trigger, false)
    // A FAILED cycle backs off for 24 hours.
    assert.ok(Math.abs(Date.parse(after.backoff_until ?? '') - Date.now() - 86_400_000) < 600_000)
    assert.match(after.trigger_reason, /^Backing off until /)
    assert.equal((await check(0)).action, 'none')
  })

  test('can be cancelled: history and show tell of it, and its learnings wait again', async (t) => {
    const home = homeWithBase(t)
    const options = { environment: { GENESIS_ENGINE_DIR: crashingEngine(temporaryDirectory(t)) } }
    const { cycle, opened } = await genesisJson<{ cycle: string; opened: boolean }>(['trigger', '--home', home.root], options)
    assert.equal(opened, true)
    assert.match(cycle, /^cycle-\d{8}-\d{6}$/)
    assert.match((await genesis(['show', '--home', home.root])).stdout, new RegExp(`${cycle} +open, at collect`))
    assert.deepEqual(await genesisJson(['cancel', '--home', home.root]), { cycle, closed: true, keptAs: null, servedAgain: null })

    const history = await genesisJson<{ cycles: { id: string; outcome: string; reasons: string[] }[] }>(['history', '--home', home.root])
    assert.deepEqual(
      history.cycles.map(({ id, outcome, reasons }) => [id, outcome, reasons]),
      [[cycle, 'CANCELLED', ['cancelled by hand']]],
    )
    const shown = await genesisJson<{ id: string; steps: { step: string; status: string }[] }>(['show', cycle, '--home', home.root])
    assert.equal(shown.id, cycle)
    assert.deepEqual(
      shown.steps.map(({ step }) => step),
      ['collect', 'prepare', 'train', 'package', 'evaluate', 'decide', 'deploy', 'conclude'],
    )
    assert.equal((await genesisJson(['status', '--home', home.root]))['learnings_since_training'], 100)
    await failing(['cancel', '--home', home.root], 10, 'GI-NO-OPEN-CYCLE')
    // Opened and closed within the same second, the next one still has a name of its own.
    const again = await genesisJson<{ cycle: string; opened: boolean }>(['trigger', '--home', home.root], options)
    assert.equal(again.opened, true)
    assert.ok(again.cycle > cycle)
  })

  test('trigger --wait ends with the error of the step that must be tried again, exit 12', async (t) => {
    const home = homeWithBase(t, 30)
    const options = { environment: { GENESIS_ENGINE_DIR: crashingEngine(temporaryDirectory(t)) } }
    await failing(['trigger', '--wait', '--home', home.root], 12, 'GI-ENGINE-CRASHED', options)
  })
})
