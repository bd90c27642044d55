import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import type { Judgement } from '../../src/gate/judgement.ts'
import { steps } from '../../src/cycle/step.ts'
import { packageRoot } from '../../src/system/package-root.ts'
import { genesis, isWorker, journal, miniatureHome, stagedDigest, startGenesis, state, trainedSteps, workersOf } from './home.ts'
import { workplace } from './setup.ts'

const epochs = 1.2
const preload = pathToFileURL(path.join(packageRoot(), 'test', 'fakes', 'kill-in-step.mjs')).href

function finish(home: string): void {
  const ended = genesis(home, ['check', '--until-idle'])
  assert.equal(ended.code, 0, ended.stderr)
}

describe('a cycle on the real engine', () => {
  const reference = miniatureHome(epochs)

  test('check --once does step after step and then nothing', () => {
    const actions: string[] = []
    for (let look = 0; look < 12; look += 1) {
      const { code, stdout, stderr } = genesis(reference, ['check', '--once', '--json'])
      assert.equal(code, 0, stderr)
      const { action, step } = JSON.parse(stdout) as { action: string; step: string | null }
      actions.push(step === null ? action : `${action} ${step}`)
    }
    const [opened, ...others] = actions
    assert.equal(opened, 'opened')
    const ran = others.filter((action) => action !== 'none')
    assert.deepEqual(
      ran.slice(0, 6),
      ['collect', 'prepare', 'train', 'package', 'evaluate', 'decide'].map((step) => `ran ${step}`),
    )
    assert.equal(ran.at(-1), 'ran conclude')
    assert.ok(others.slice(ran.length).every((action) => action === 'none'))
    assert.equal(state(reference)['training_runs'], 1)
  })

  test('evaluate: the base against itself makes no difference, on the items of the cycle and on a file of them', () => {
    const results = path.join(workplace, 'results.jsonl')
    const ended = genesis(reference, ['evaluate', 'genesis-base', '--against', 'genesis-base', '--results', results, '--json'])
    assert.equal(ended.code, 21, ended.stderr)
    const { judgement } = JSON.parse(ended.stdout) as { judgement: { reasons: { code: string }[] } }
    assert.ok(judgement.reasons.some(({ code }) => code === 'no-difference'))
    const rows = readFileSync(results, 'utf8').trim().split('\n')
    assert.ok(rows.every((row) => 'answer' in (JSON.parse(row) as { candidate: object }).candidate))
    const gate = path.join(reference, 'data', 'gate.jsonl')
    assert.equal(genesis(reference, ['evaluate', path.join(reference, 'base-f16.gguf'), '--set', gate]).code, 21)
  })

  test('gate self-test --artefacts: the model itself makes no difference, one with noise in its weights is refused', () => {
    const ended = genesis(reference, ['gate', 'self-test', '--artefacts', '--simulations', '100', '--json'])
    assert.equal(ended.code, 0, ended.stderr)
    const { artefacts } = JSON.parse(ended.stdout) as { artefacts: Record<'itself' | 'noisy', Judgement> & { passed: boolean } }
    assert.equal(artefacts.passed, true)
    const { gate, retention } = artefacts.itself.strata
    assert.deepEqual([gate.gains, gate.losses, retention.gains, retention.losses], [0, 0, 0, 0])
    assert.equal(artefacts.noisy.verdict, 'REFUSE')
  })

  test('killed with -9 at the end of each step outside train, it makes the same release', () => {
    const home = miniatureHome(epochs)
    for (const step of steps) {
      if (step === 'train') continue
      const killed = genesis(home, ['check', '--until-idle'], { KILL_IN_STEP: step, NODE_OPTIONS: `--import=${preload}` })
      // A cycle that does not deploy never comes to that step.
      if (step === 'deploy' && killed.code === 0) continue
      if (killed.signal !== 'SIGKILL') assert.equal(killed.code, 0, killed.stderr)
    }
    finish(home)
    assert.equal(stagedDigest(home), stagedDigest(reference))
    assert.deepEqual(outcomeOf(home), outcomeOf(reference))
    assert.equal(state(home)['training_runs'], 1)
  })

  test('while it trains others answer, and a second check names the step; killed at five moments it trains on, alone, to the same release', async () => {
    const home = miniatureHome(epochs)
    for (let moment = 1; moment <= 5; moment += 1) {
      const { child, ended } = startGenesis(home, ['check', '--until-idle'])
      await trainedSteps(home, child, moment)
      if (moment === 1) {
        const second = genesis(home, ['check', '--once'])
        assert.equal(second.code, 11)
        assert.match(second.stderr, /step train/)
        assert.equal(genesis(home, ['learn', '--input', 'show the date', '--wanted', 'date']).code, 0)
        assert.equal(genesis(home, ['status']).code, 0)
        assert.match(genesis(home, ['trigger']).stdout, /is open already/)
      }
      const workers = workersOf(child.pid ?? 0)
      assert.equal(workers.length, 1, `one worker trains at moment ${moment}`)
      child.kill('SIGKILL')
      await ended
      for (let waited = 0; workers.some(isWorker) && waited < 5000; waited += 100) await sleep(100)
      assert.deepEqual(workers.filter(isWorker), [], 'no worker trains on without its parent')
    }
    finish(home)
    assert.equal(stagedDigest(home), stagedDigest(reference))
    assert.equal(state(home)['training_runs'], 1)
    assert.equal(journal(home).filter(({ event, step }) => event === 'step-finished' && step === 'train').length, 1)
  })

  test('TERM during training stops at a checkpoint with exit code 130, and the next check goes on', async () => {
    const home = miniatureHome(epochs)
    const { child, ended } = startGenesis(home, ['check', '--until-idle'])
    await trainedSteps(home, child, 2)
    child.kill('SIGTERM')
    assert.equal((await ended).code, 130)
    assert.equal(journal(home).at(-1)?.['event'], 'step-interrupted')
    finish(home)
    assert.equal(stagedDigest(home), stagedDigest(reference))
  })
})

function outcomeOf(home: string): unknown {
  return journal(home).find(({ event }) => event === 'closed')?.['outcome']
}

test('a home with 30 corrections and nothing else ends honestly: ABSTAIN, untrained, naming what is missing', () => {
  const demo = miniatureHome(epochs)
  const home = mkdtempSync(path.join(workplace, 'small-'))
  const base = path.join(demo, 'base-f16.gguf')
  assert.equal(genesis(home, ['init', '--base', base]).code, 0)
  const { learnings } = JSON.parse(readFileSync(path.join(demo, 'data', 'genesis_learnings.json'), 'utf8')) as { learnings: unknown[] }
  writeFileSync(path.join(home, 'data', 'genesis_learnings.json'), JSON.stringify({ learnings: learnings.slice(0, 30) }))
  const ended = genesis(home, ['trigger', '--wait', '--json'])
  assert.equal(ended.code, 21, ended.stderr)
  const { outcome, reasons } = JSON.parse(ended.stdout) as { outcome: string; reasons: string[] }
  assert.equal(outcome, 'ABSTAIN')
  assert.match(reasons.join(' '), /Not trained/)
  assert.match(reasons.join(' '), /gate items .* retention items/)
  assert.equal(state(home)['training_runs'], 0)
  rmSync(home, { recursive: true })
})
