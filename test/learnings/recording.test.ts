import assert from 'node:assert/strict'
import { appendFile, readFile } from 'node:fs/promises'
import { describe, test } from 'node:test'
import { GenesisError } from '../../src/errors.ts'
import { countLearnings } from '../../src/learnings/counting.ts'
import type { Learning } from '../../src/learnings/learning.ts'
import { readLearnings } from '../../src/learnings/reading.ts'
import { checkLearning, parseLearningInput } from '../../src/learnings/new-learning.ts'
import type { NewLearning } from '../../src/learnings/new-learning.ts'
import { learnAll, recordLearning } from '../../src/learnings/recording.ts'
import { temporaryHome } from './temporary-home.ts'

const clock = { now: () => new Date('2026-01-02T03:04:05.678Z') }
const refused = (why: RegExp) => (error: unknown) =>
  error instanceof GenesisError && error.code === 'GI-LEARNING-INVALID' && why.test(error.why ?? '')

describe('recording', () => {
  test('what is recorded is read back as it was given, with the time of recording', async (t) => {
    const home = await temporaryHome(t)
    const given = {
      kind: 'error',
      input: 'q',
      context: [{ role: 'system', content: 's' }],
      wanted: 'a',
      wrong: 'b',
      category: 'c',
      source: 'editor',
    } satisfies NewLearning
    const { id, recorded } = await recordLearning(home, given, clock)
    assert.equal(recorded, true)
    const read: Learning[] = []
    for await (const { learning } of readLearnings(home)) read.push(learning)
    assert.deepEqual(read, [{ id, ...given, at: '2026-01-02T03:04:05.678Z' }])
  })
  test('twice with one identity is once, with an id of its own or by its content', async (t) => {
    const home = await temporaryHome(t)
    for (const fields of [
      { id: 'my "id"', input: 'q', wanted: 'a' },
      { input: 'q', wanted: 'a' },
    ]) {
      assert.equal((await recordLearning(home, fields, clock)).recorded, true)
      assert.equal((await recordLearning(home, fields, clock)).recorded, false)
    }
    assert.equal((await readFile(home.learningsJsonl, 'utf8')).trim().split('\n').length, 2)
  })
  test('an id that only stands in the text of another is new', async (t) => {
    const home = await temporaryHome(t)
    await recordLearning(home, { id: 'one', input: '{"id":"two","kind":', wanted: 'a' }, clock)
    assert.equal((await recordLearning(home, { id: 'two', input: 'q', wanted: 'a' }, clock)).recorded, true)
  })
  test('it is found across the pieces in which the file is looked through', async (t) => {
    // The line of "x" begins 5 bytes before the first MiB ends.
    const home = await temporaryHome(t, { jsonl: `${' '.repeat((1 << 20) - 6)}\n` })
    await recordLearning(home, { id: 'x', input: 'q', wanted: 'a' }, clock)
    assert.equal((await recordLearning(home, { id: 'x', input: 'q', wanted: 'a' }, clock)).recorded, false)
  })
  test('a line that a crash cut short was not recorded, so the same learning sent again is', async (t) => {
    const home = await temporaryHome(t)
    await appendFile(home.learningsJsonl, '{"id":"one","kind":"correction","input":"q","wan')
    const fields: NewLearning = { id: 'one', input: 'q', wanted: 'a' }
    assert.equal((await recordLearning(home, fields, clock)).recorded, true)
    assert.equal((await countLearnings(home)).waiting, 1)
    assert.equal((await recordLearning(home, fields, clock)).recorded, false)
  })
  test('after a line that a crash cut short the next one is whole', async (t) => {
    const home = await temporaryHome(t)
    await recordLearning(home, { input: 'q', wanted: 'a' }, clock)
    await appendFile(home.learningsJsonl, '{"id":"cut')
    await recordLearning(home, { input: 'q2', wanted: 'a' }, clock)
    const { usable, unusable } = await countLearnings(home)
    assert.deepEqual([usable, unusable.count], [2, 1])
  })
  test('an error, a pattern or a success needs no wanted output', async (t) => {
    const home = await temporaryHome(t)
    for (const kind of ['error', 'pattern', 'success'] as const) await recordLearning(home, { kind, input: 'q' }, clock)
    const { byKind, outcomes } = await countLearnings(home)
    assert.deepEqual(
      [byKind, outcomes],
      [
        { correction: 0, pattern: 1, error: 1, success: 1 },
        { successes: 1, failures: 1 },
      ],
    )
  })
  const cases: [string, object, RegExp][] = [
    ['no input', { input: ' ', wanted: 'a' }, /no input/],
    ['a correction without the wanted output', { input: 'q' }, /what the answer should have been/],
    ['a correction that equals the wrong output', { input: 'q', wanted: 'a', wrong: 'a' }, /equals the wrong output/],
    ['2 MB', { input: 'q', wanted: 'x'.repeat(2 << 20) }, /32,768/],
    ['half a character', { input: 'q', wanted: '\ud83d' }, /half a character/],
    ['a time that is none', { input: 'q', wanted: 'a', at: 'soon' }, /time/],
  ]
  for (const [title, fields, why] of cases) {
    test(`${title} is refused and nothing is written`, async (t) => {
      const home = await temporaryHome(t)
      await assert.rejects(recordLearning(home, fields as { input: string }, clock), refused(why))
      await assert.rejects(readFile(home.learningsJsonl))
    })
  }
})

describe('several at once', () => {
  const several = (...entries: object[]) => entries.map(checkLearning)

  test('are written together, each identity once, whether it came before or stands twice among them', async (t) => {
    const home = await temporaryHome(t)
    await recordLearning(home, { id: 'one', input: 'q1', wanted: 'a' }, clock)
    const given = several(
      { id: 'one', question: 'q1', correction: 'a' },
      { id: 'two', input: 'q2', wanted: 'a' },
      { id: 'two', input: 'q2', wanted: 'a', category: 'other' },
      { kind: 'success', input: 'q3' },
    )
    const results = await learnAll(home, given, { clock })
    assert.deepEqual(
      results.map(({ recorded, usable }) => [recorded, usable]),
      [
        [false, true],
        [true, true],
        [false, true],
        [true, false],
      ],
    )
    assert.equal((await readFile(home.learningsJsonl, 'utf8')).trim().split('\n').length, 3)
  })

  test('an id that stands for another learning is a conflict, and none of them is written', async (t) => {
    const home = await temporaryHome(t)
    await recordLearning(home, { id: 'one', input: 'q1', wanted: 'a' }, clock)
    const before = await readFile(home.learningsJsonl, 'utf8')
    for (const given of [
      several({ id: 'new', input: 'q', wanted: 'a' }, { id: 'one', input: 'q1', wanted: 'b' }),
      several({ id: 'new', input: 'q', wanted: 'a' }, { id: 'new', input: 'q', wanted: 'b' }),
    ])
      await assert.rejects(
        learnAll(home, given, { clock }),
        (error) => error instanceof GenesisError && error.code === 'GI-LEARNING-CONFLICT',
      )
    assert.equal(await readFile(home.learningsJsonl, 'utf8'), before)
  })
})

describe('standard input', () => {
  test('an object with any of the usual names', () => {
    const { input, wanted, wrong, kind } = parseLearningInput('\ufeff{"prompt":"q","response":"b","corrected":"a"}\r\n')
    assert.deepEqual([input, wanted, wrong, kind], ['q', 'a', 'b', 'correction'])
  })
  for (const [text, why] of [
    ['', /empty/],
    ['hello', /not JSON/],
    ['[1]', /object/],
    ['{"input":"q"}', /should have been/],
  ] as const) {
    test(`${JSON.stringify(text)} is refused`, () => assert.throws(() => parseLearningInput(text), refused(why)))
  }
})
