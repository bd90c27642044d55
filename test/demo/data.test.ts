import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { Config } from '../../src/config/schema.ts'
import { EvaluationItem } from '../../src/evaluation/item.ts'
import { packageRoot } from '../../src/system/package-root.ts'

const demo = path.join(packageRoot(), 'data', 'demo')
const workplace = mkdtempSync(path.join(tmpdir(), 'genesis-demo-data-'))
after(() => rmSync(workplace, { recursive: true, force: true }))

interface Row {
  id: string
  input: string
  category: string
  expected: string
}
interface DemoLearning extends Row {
  type: string
  wrong: string
  corrected: string
}

const textOf = (name: string, folder = demo): string => readFileSync(path.join(folder, name), 'utf8')
const rowsOf = (name: string, folder = demo): Row[] =>
  textOf(name, folder)
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Row)
const learningsOf = (name: string): DemoLearning[] => (JSON.parse(textOf(name)) as { learnings: DemoLearning[] }).learnings
const inputsOf = (rows: readonly Row[]): Set<string> => new Set(rows.map(({ input }) => input))
const generate = (...options: string[]): void => void execFileSync(process.execPath, [path.join(demo, 'source', 'generate.js'), ...options])

const itemFiles = ['gate.jsonl', 'gate-second.jsonl', 'retention.jsonl']
const first = learningsOf('learnings.json')
const second = learningsOf('learnings-second.json')
const learnings = [...first, ...second]
const corpus = rowsOf('corpus.jsonl')

test('the generator gives the shipped files byte for byte', () => {
  generate('--out', workplace)
  const names = readdirSync(workplace)
  assert.equal(names.length, 6)
  for (const name of names) assert.equal(textOf(name, workplace), textOf(name), name)
})

test('the sets are as large as the demo needs: a due trigger, 100 gate items or more (nothing is held out), 300 retention items or more', () => {
  assert.ok(first.length >= 100)
  assert.ok(second.length >= 100)
  assert.ok(rowsOf('gate.jsonl').length >= 100)
  assert.ok(rowsOf('gate-second.jsonl').length >= 20)
  assert.ok(rowsOf('retention.jsonl').length >= 300)
})

test('every item is a valid evaluation item, and no id or request stands twice', () => {
  const all = [...itemFiles.flatMap((name) => rowsOf(name)), ...learnings, ...corpus]
  for (const row of itemFiles.flatMap((name) => rowsOf(name))) EvaluationItem.parse(row)
  assert.equal(new Set(all.map(({ id }) => id)).size, all.length)
  assert.equal(inputsOf(all).size, all.length)
})

test('every correction says what was wrong and something else as right', () => {
  for (const { type, wrong, corrected } of learnings) {
    assert.equal(type, 'correction')
    assert.notEqual(wrong, corrected)
  }
})

test('a gate item asks for an answer that no correction gives, unless the command has nothing to fill in', () => {
  const taught = new Set(learnings.map(({ corrected }) => corrected))
  const shared = [...rowsOf('gate.jsonl'), ...rowsOf('gate-second.jsonl')].filter(({ expected }) => taught.has(expected))
  assert.deepEqual([...new Set(shared.map(({ expected }) => expected))].sort(), ['podman ps -a', 'ss -s', 'ss -tlnp'])
})

test('the second batch is about a category that the first does not touch', () => {
  const categories = new Set(second.map(({ category }) => category))
  assert.deepEqual([...categories], ['containers'])
  for (const { category } of [...first, ...rowsOf('gate.jsonl')]) assert.ok(!categories.has(category))
  for (const { category } of rowsOf('gate-second.jsonl')) assert.ok(categories.has(category))
})

test('the corpus teaches no convention', () => {
  const conventions = new Set(learnings.flatMap(({ wrong, corrected }) => [wrong, corrected]))
  for (const { output } of corpus as unknown as { output: string }[]) assert.ok(!conventions.has(output), output)
})

test('a fresh draw shares no request with the shipped sets, and a seed gives one draw', () => {
  const [once, again, other] = ['once', 'again', 'other'].map((name) => path.join(workplace, name)) as [string, string, string]
  generate('--draw', '31', '--out', once)
  generate('--draw', '31', '--out', again)
  generate('--draw', '32', '--out', other)
  const shipped = inputsOf([...itemFiles.flatMap((name) => rowsOf(name)), ...learnings, ...corpus])
  for (const name of itemFiles) {
    assert.equal(rowsOf(name, once).length, rowsOf(name).length)
    for (const input of inputsOf(rowsOf(name, once))) assert.ok(!shipped.has(input), input)
    assert.equal(textOf(name, once), textOf(name, again))
    assert.notEqual(textOf(name, once), textOf(name, other))
  }
})

test('the configuration is valid', () => {
  Config.parse(JSON.parse(textOf('genesis-improve.config.json')))
})
