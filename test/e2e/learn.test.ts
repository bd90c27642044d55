import assert from 'node:assert/strict'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import type { Home } from '../../src/state/home.ts'
import { failing, genesis, genesisJson, temporaryHome } from './program.ts'

const linesOf = (home: Home): Record<string, unknown>[] =>
  readFileSync(home.learningsJsonl, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>)

const waiting = async (home: Home): Promise<unknown> => (await genesisJson(['status', '--home', home.root]))['learnings_since_training']

describe('learn from flags', () => {
  test('appends one line with what was given, and it counts', async (t) => {
    const home = temporaryHome(t)
    const given = [
      '--input',
      '2+2?',
      '--wanted',
      '4',
      '--wrong',
      '5',
      '--category',
      'sums',
      '--id',
      'one',
      '--at',
      '2025-01-02T03:04:05Z',
      '--source',
      'editor',
    ]
    assert.deepEqual(await genesisJson(['learn', ...given, '--home', home.root]), { id: 'one', recorded: true })
    assert.deepEqual(linesOf(home), [
      {
        id: 'one',
        kind: 'correction',
        input: '2+2?',
        wanted: '4',
        wrong: '5',
        category: 'sums',
        at: '2025-01-02T03:04:05.000Z',
        source: 'editor',
      },
    ])
    assert.equal(await waiting(home), 1)
  })

  test('twice with one identity is recorded once, and said', async (t) => {
    const home = temporaryHome(t)
    const args = ['learn', '--input', 'q', '--wanted', 'a', '--home', home.root]
    const first = await genesisJson(args)
    assert.deepEqual(await genesisJson(args), { id: first['id'], recorded: false })
    assert.match((await genesis(args)).stdout, /Recorded before as /)
    assert.equal(linesOf(home).length, 1)
  })

  test('a success is an outcome: recorded, not waiting', async (t) => {
    const home = temporaryHome(t)
    await genesisJson(['learn', '--kind', 'success', '--input', 'q', '--wanted', 'a', '--home', home.root])
    assert.equal(await waiting(home), 0)
    assert.match((await genesis(['status', '--home', home.root])).stdout, /1 success recorded, 20 needed/)
  })

  for (const [what, args] of [
    ['no wanted output', ['--input', 'q']],
    ['an empty input', ['--input', ' ', '--wanted', 'a']],
    ['a correction that equals the wrong output', ['--input', 'q', '--wanted', 'a', '--wrong', 'a']],
    ['no input', ['--wanted', 'a']],
    ['a time that is none', ['--input', 'q', '--wanted', 'a', '--at', 'yesterday']],
  ] as const) {
    test(`with ${what} records nothing, exit 10`, async (t) => {
      const home = temporaryHome(t)
      const { why } = await failing(['learn', ...args, '--home', home.root], 10, 'GI-LEARNING-INVALID')
      assert.ok(why !== undefined && why.length > 0)
      assert.equal(existsSync(home.learningsJsonl), false)
    })
  }
})

describe('learn from standard input', () => {
  test('takes one JSON object with any of the known field names', async (t) => {
    const home = temporaryHome(t)
    const input = '\ufeff{"prompt":"2+2?","rejected":"5","chosen":"4","tags":["sums"],"created_at":1735787045}\r\n'
    await genesisJson(['learn', '--home', home.root], { input })
    const [line] = linesOf(home)
    const { id, ...rest } = line ?? {}
    assert.equal(typeof id, 'string')
    // 1735787045 seconds after 1970 is 2025-01-02 03:04:05 UTC.
    assert.deepEqual(rest, { kind: 'correction', input: '2+2?', wanted: '4', wrong: '5', category: 'sums', at: '2025-01-02T03:04:05.000Z' })
  })

  for (const [what, input] of [
    ['nothing', ''],
    ['no JSON', '2+2=4'],
    ['half an object', '{"input":"q"'],
    ['a number', '4'],
    ['a list', '[]'],
    ['an object without an answer', '{"input":"q"}'],
    ['a lone surrogate', '{"input":"q","correction":"\\ud83d"}'],
    ['an answer of 2 MB', JSON.stringify({ input: 'q', correction: 'x'.repeat(2 << 20) })],
  ] as const) {
    test(`with ${what} records nothing, exit 10`, async (t) => {
      const home = temporaryHome(t)
      await failing(['learn', '--home', home.root], 10, 'GI-LEARNING-INVALID', { input })
      assert.equal(existsSync(home.learningsJsonl), false)
    })
  }
})

test('many calls at once lose nothing', async (t) => {
  const home = temporaryHome(t)
  const calls = Array.from({ length: 12 }, (_, index) =>
    genesisJson(['learn', '--input', `q ${index}`, '--wanted', 'a', '--home', home.root]),
  )
  for (const { recorded } of await Promise.all(calls)) assert.equal(recorded, true)
  assert.equal(new Set(linesOf(home).map(({ input }) => input)).size, 12)
})

test('a line that a crash cut short spoils itself only', async (t) => {
  const home = temporaryHome(t)
  await genesisJson(['learn', '--input', 'first', '--wanted', 'a', '--home', home.root])
  writeFileSync(home.learningsJsonl, '{"id":"cut","kind":"corr', { flag: 'a' })
  await genesisJson(['learn', '--input', 'second', '--wanted', 'a', '--home', home.root])
  const status = await genesisJson<{
    learnings_since_training: number
    unusable: { count: number; reasons: { code: string; examples: string[] }[] }
  }>(['status', '--home', home.root])
  assert.equal(status.learnings_since_training, 2)
  assert.deepEqual(
    status.unusable.reasons.map(({ code, examples }) => [code, examples]),
    [['not-valid-json', ['genesis_learnings.jsonl line 2']]],
  )
})
