import assert from 'node:assert/strict'
import { appendFileSync, mkdtempSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { packageRoot } from '../../src/system/package-root.ts'
import { genesis, state } from './home.ts'
import { workplace } from './setup.ts'

interface Shown {
  id: string
  baseline: string
  outcome: string
  reasons: string[]
  release: string | null
  accuracy: { stratum: string; items: number; baseline: number; candidate: number }[]
}

const demo = (name: string): string => path.join(packageRoot(), 'data', 'demo', name)
const served = (home: string): string => readlinkSync(path.join(home, 'data', 'models', 'current'))

/** Runs what is due to its end, and gives the newest cycle. */
function runCycle(home: string): Shown {
  const ended = genesis(home, ['check', '--until-idle'])
  assert.equal(ended.code, 0, ended.stderr)
  return JSON.parse(genesis(home, ['show', '--json']).stdout) as Shown
}

const accuracyOf = ({ accuracy }: Shown, stratum: string): Shown['accuracy'][number] => {
  const found = accuracy.find((one) => one.stratum === stratum)
  assert.ok(found !== undefined, stratum)
  return found
}

function answerOf(home: string, question: string): string {
  const { answers } = JSON.parse(genesis(home, ['ask', question, '--json']).stdout) as { answers: { text: string }[] }
  return answers[0]?.text ?? ''
}

/** The shipped data and recipe, with the shipped seed: docs/decisions/0005-demo-recipe.md has the figures by hand. */
test('two cycles in a row deploy two releases, and what the first taught is still right', () => {
  const home = mkdtempSync(path.join(workplace, 'two-'))
  assert.equal(genesis(home, ['init', '--demo']).code, 0)
  const first = runCycle(home)
  assert.deepEqual([first.outcome, first.baseline], ['DEPLOY', 'genesis-base'], first.reasons.join(' '))
  assert.equal(served(home), first.release)
  const question = 'how do i list open ports?'
  assert.equal(answerOf(home, question), 'ss -tlnp')

  const learnings = path.join(home, 'data', 'genesis_learnings.json')
  const read = (file: string): object[] => (JSON.parse(readFileSync(file, 'utf8')) as { learnings: object[] }).learnings
  writeFileSync(learnings, JSON.stringify({ learnings: [...read(learnings), ...read(demo('learnings-second.json'))] }))
  appendFileSync(path.join(home, 'data', 'gate.jsonl'), readFileSync(demo('gate-second.jsonl')))

  const second = runCycle(home)
  assert.notEqual(second.id, first.id)
  assert.deepEqual([second.outcome, second.baseline], ['DEPLOY', first.release], second.reasons.join(' '))
  assert.equal(served(home), second.release)
  const { current_model, training_runs, learnings_since_training } = state(home)
  assert.deepEqual([current_model, training_runs, learnings_since_training], [second.release, 2, 0])

  // What failed under the first release is the gate of the second; what failed under the base and was mended is regression now.
  const gate = accuracyOf(second, 'gate')
  assert.ok(gate.baseline < 0.2 && gate.candidate > 0.9, JSON.stringify(gate))
  const regression = accuracyOf(second, 'regression')
  assert.equal(regression.items, accuracyOf(first, 'gate').items)
  assert.ok(regression.candidate >= 0.9, JSON.stringify(regression))
  assert.ok(accuracyOf(second, 'retention').candidate >= 0.95, JSON.stringify(second.accuracy))
  assert.equal(answerOf(home, question), 'ss -tlnp')

  const rolledBack = genesis(home, ['rollback', '--json'])
  assert.deepEqual(JSON.parse(rolledBack.stdout), { from: second.release, to: first.release })
  assert.equal(served(home), first.release)
})
