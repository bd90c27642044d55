import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { after, before, describe, test } from 'node:test'
import fc from 'fast-check'
import { GenesisError } from '../../src/errors.ts'
import { readItems } from '../../src/evaluation/read-items.ts'

let directory = ''
before(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'genesis-items-'))
})
after(async () => {
  await rm(directory, { recursive: true, force: true })
})

async function read(...lines: (object | string)[]) {
  const file = path.join(directory, 'gate.jsonl')
  await writeFile(file, lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n'))
  return await readItems(file)
}

async function whyRefused(...lines: (object | string)[]): Promise<string> {
  try {
    await read(...lines)
  } catch (error) {
    assert.ok(error instanceof GenesisError && error.code === 'GI-ITEMS-INVALID' && error.exitCode === 10)
    return error.why ?? ''
  }
  return assert.fail('it was read')
}

describe('items', () => {
  test('are none when there is no file, or an empty one', async () => {
    assert.deepEqual(await readItems(path.join(directory, 'none.jsonl')), { items: [] })
    assert.deepEqual(await read(''), { items: [] })
  })

  test('are read under the usual field names', async () => {
    const { items } = await read(
      { id: 'a', input: 'q1', expected: 'x', category: 'dates' },
      { id: 2, prompt: 'q2', output: 'y', slice: 's' },
      { id: 'c', question: 'q3', answer: 4, grader: 'numeric' },
      { id: 'd', input: 'q4', corrected: 'z', grader: { kind: 'regex', flags: 'i' } },
      {
        id: 'e',
        input: 'q5',
        expected: '7',
        grader: { type: 'numeric', tolerance: 0.5 },
        context: [{ role: 'system', content: 'be brief' }],
      },
      { id: 'f', input: 'q6', expected: { a: 1 } },
    )
    assert.deepEqual(items, [
      { id: 'a', input: 'q1', context: [], expected: 'x', grader: { kind: 'exact' }, category: 'dates' },
      { id: '2', input: 'q2', context: [], expected: 'y', grader: { kind: 'exact' }, category: 's' },
      { id: 'c', input: 'q3', context: [], expected: '4', grader: { kind: 'numeric' }, category: 'general' },
      { id: 'd', input: 'q4', context: [], expected: 'z', grader: { kind: 'regex', flags: 'i' }, category: 'general' },
      {
        id: 'e',
        input: 'q5',
        context: [{ role: 'system', content: 'be brief' }],
        expected: '7',
        grader: { kind: 'numeric', tolerance: 0.5 },
        category: 'general',
      },
      { id: 'f', input: 'q6', context: [], expected: '{"a":1}', grader: { kind: 'json' }, category: 'general' },
    ])
  })

  test('without an id are known by their question: the same after normalising, another with another context', async () => {
    const [first] = (await read({ input: 'What is 2+2?', expected: '4' })).items
    const [same] = (await read({ input: ' what is 2+2', expected: '5' })).items
    const [other] = (await read({ input: 'What is 2+2?', expected: '4', context: [{ role: 'user', content: 'hi' }] })).items
    assert.match(first?.id ?? '', /^item-[0-9a-f]{16}$/)
    assert.equal(same?.id, first?.id)
    assert.notEqual(other?.id, first?.id)
  })

  test('with free answers over 200 characters are compared by similarity, unless they name their grader', async () => {
    const long = 'word '.repeat(60)
    const { items } = await read(
      { input: 'a', expected: long },
      { input: 'b', expected: long },
      { input: 'c', expected: long, grader: 'contains' },
      { input: 'd', expected: 'short' },
    )
    assert.deepEqual(
      items.map(({ grader }) => grader.kind),
      ['similarity', 'similarity', 'contains', 'exact'],
    )
  })

  test('may follow a byte order mark, blank lines and Windows line ends', async () => {
    assert.equal((await read('\uFEFF{"input":"a","expected":"b"}\r', '\r', '{"input":"c","expected":"d"}')).items.length, 2)
  })

  test('that are wrong are named with their lines, all at once', async () => {
    const why = await whyRefused(
      '{"input":',
      '[]',
      { expected: 'x' },
      { input: 'q' },
      { input: 'q', expected: 'x', grader: 'fuzzy' },
      { input: 'q', expected: '(', grader: 'regex' },
      { input: 'q', expected: 'x', context: 'hello' },
      { id: 'one', input: 'r', expected: 'x' },
      { id: 'one', input: 's', expected: 'y' },
      { id: 'two', input: 'r', expected: 'x', category: 5 },
    )
    for (const part of [
      'line 1: not JSON',
      'line 2: not an object',
      'line 3: no input',
      'line 4: no expected answer',
      'line 5: the grader "fuzzy" is not one of exact, contains, regex, numeric, json',
      'line 6: the pattern is not valid',
      'line 7: the context is not a list',
      'line 9: the same id "one" as in line 8',
      'line 10: the category is not a text',
    ]) {
      assert.ok(why.includes(part), `${part} is not in: ${why}`)
    }
  })

  test('asking the same question twice without ids are named too', async () => {
    assert.match(await whyRefused({ input: 'q', expected: 'x' }, { input: 'q', expected: 'y' }), /line 2: the same question as in line 1/)
  })

  test('a directory in place of the file is a clear error', async () => {
    await assert.rejects(readItems(directory), (error) => error instanceof GenesisError && error.code === 'GI-ITEMS-INVALID')
  })

  test('any lines are either read or refused by GI-ITEMS-INVALID', async () => {
    const line = fc.oneof(
      fc.string(),
      fc.json(),
      fc
        .record({ input: fc.anything(), expected: fc.anything(), grader: fc.anything() })
        .map((value) => JSON.stringify(value, withoutBigInts)),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(line, { maxLength: 5 }), async (lines) => {
        await read(...lines).catch((error: unknown) => assert.ok(error instanceof GenesisError && error.code === 'GI-ITEMS-INVALID'))
      }),
      { numRuns: 60 },
    )
  })
})

const withoutBigInts = (_key: string, value: unknown): unknown => (typeof value === 'bigint' ? String(value) : value)
