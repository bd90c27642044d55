import assert from 'node:assert/strict'
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, test } from 'node:test'
import type { TestContext } from 'node:test'
import { corrections, failing, genesis, genesisJson, temporaryDirectory } from './program.ts'

interface FleetDocument {
  directory: string
  homes: {
    name: string
    model: string | null
    state: string
    waiting_learnings: number | null
    note: string | null
    error_code: string | null
  }[]
}

interface CheckedDocument {
  homes: { name: string; explanation: string; error: { code: string } | null }[]
}

/** Two homes that can be read and two that can't, among directories that are none. */
function fleet(t: TestContext): string {
  const directory = temporaryDirectory(t)
  const put = (file: string, content: unknown): void => {
    const whole = path.join(directory, file)
    mkdirSync(path.dirname(whole), { recursive: true })
    writeFileSync(whole, typeof content === 'string' ? content : JSON.stringify(content))
  }
  put('support/genesis-improve.config.json', {})
  put('support/data/genesis_learnings.json', { learnings: corrections(120) })
  put('a-team-with-a-long-name/genesis-improve.config.json', {})
  put('broken/genesis-improve.config.json', '{"trainer": ')
  put('wrong/genesis-improve.config.json', { trainer: { rank: 'many' } })
  put('notes/readme.txt', 'no home')
  put('.hidden/genesis-improve.config.json', {})
  put('file.json', {})
  symlinkSync('nowhere', path.join(directory, 'dangling'))
  return directory
}

describe('fleet status', () => {
  test('has a line for each home in 80 columns; damaged ones are named with what to do, and make the exit code 10', async (t) => {
    const directory = fleet(t)
    const { homes } = await genesisJson<FleetDocument>(['fleet', 'status', directory], { code: 10 })
    assert.deepEqual(
      homes.map(({ name, model, state, waiting_learnings: waiting }) => [name, model, state, waiting]),
      [
        ['a-team-with-a-long-name', 'genesis-base', 'blocked', 0],
        ['broken', null, 'damaged', null],
        ['support', 'genesis-base', 'blocked', 120],
        ['wrong', null, 'damaged', null],
      ],
    )
    assert.deepEqual(
      homes.map(({ error_code }) => error_code),
      ['GI-BASE-MISSING', 'GI-CONFIG-INVALID', 'GI-BASE-MISSING', 'GI-CONFIG-INVALID'],
    )
    const { code, stdout, stderr } = await genesis(['fleet', 'status', directory])
    assert.deepEqual([code, stderr], [10, ''])
    const lines = stdout.split('\n')
    for (const line of lines) assert.ok(line.length <= 80, line)
    for (const name of ['a-team-with-a-l...', 'broken', 'support', 'wrong'])
      assert.equal(lines.filter((line) => line.startsWith(`${name} `)).length, 1, stdout)
    assert.match(stdout, /^wrong: .*configuration is not valid/m)
    assert.match(stdout, /4 homes, 2 damaged/)
  })

  test('ends well when every home can be read, and when there is none', async (t) => {
    const directory = fleet(t)
    for (const name of ['broken', 'wrong']) rmSync(path.join(directory, name), { recursive: true })
    assert.match((await genesis(['fleet', 'status', directory])).stdout, /^2 homes$/m)
    const { code, stdout } = await genesis(['fleet', 'status', path.join(directory, 'notes')])
    assert.deepEqual([code, stdout.trim()], [0, `There is no home in ${path.join(directory, 'notes')}.`])
    await failing(['fleet', 'status', path.join(directory, 'missing')], 10, 'GI-HOME-UNUSABLE')
  })
})

test('fleet check looks into every home, whatever is wrong with those before, and ends with the code of the first failure', async (t) => {
  const directory = fleet(t)
  const { homes } = await genesisJson<CheckedDocument>(['fleet', 'check', directory], { code: 10 })
  assert.deepEqual(
    homes.map(({ name, error }) => [name, error?.code ?? null]),
    [
      ['a-team-with-a-long-name', null],
      ['broken', 'GI-CONFIG-INVALID'],
      ['support', 'GI-BASE-MISSING'],
      ['wrong', 'GI-CONFIG-INVALID'],
    ],
  )
  for (const name of ['broken', 'wrong', 'support']) rmSync(path.join(directory, name), { recursive: true })
  const { code, stdout } = await genesis(['fleet', 'check', directory])
  assert.equal(code, 0)
  assert.match(stdout, /^a-team-with-a-long-name: Nothing is due/)
})
