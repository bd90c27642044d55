import assert from 'node:assert/strict'
import test from 'node:test'
import { readBuiltinRetention } from '../../src/dataset/builtin-retention.ts'
import { checkItem, grade, isTextGrader } from '../../src/evaluation/graders.ts'
import { normaliseInput } from '../../src/evaluation/normalise.ts'

const items = await readBuiltinRetention()

test('there are 500 packaged retention items or more, no two about the same question or with the same id', () => {
  assert.ok(items.length >= 500)
  assert.equal(new Set(items.map(({ id }) => id)).size, items.length)
  assert.equal(new Set(items.map(({ input }) => normaliseInput(input))).size, items.length)
})

test('no two packaged items share more than 60% of their word pairs', () => {
  const pairs = items.map(({ input }) => {
    const words = input.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []
    return new Set(words.length < 2 ? words : words.slice(1).map((word, index) => `${words[index]} ${word}`))
  })
  for (const [index, one] of pairs.entries()) {
    for (const other of pairs.slice(0, index)) {
      const shared = [...one].filter((pair) => other.has(pair)).length
      assert.ok(shared / (one.size + other.size - shared) <= 0.6, `${items[index]?.id}: ${[...one].join(', ')}`)
    }
  }
})

test('they are of 15 categories or more, none with over 12%', () => {
  const counts = new Map<string, number>()
  for (const { category } of items) counts.set(category, (counts.get(category) ?? 0) + 1)
  assert.ok(counts.size >= 15)
  assert.ok(Math.max(...counts.values()) <= 0.12 * items.length)
})

test('each can be graded, and neither silence nor repeating the question is right', () => {
  for (const { id, input, expected, grader } of items) {
    assert.deepEqual(checkItem({ expected, grader }), [], id)
    assert.ok(isTextGrader(grader), id)
    assert.equal(grade(grader, expected, ''), 0, id)
    assert.equal(grade(grader, expected, input), 0, id)
  }
})

// Answers written by hand here, apart from the tables that the file is made from.
const answers: Record<string, string> = {
  'Add 48 and 37. Reply with the number only.': '85',
  'What is the capital of France? One word.': 'Paris.',
  'Which gas makes up most of the air we breathe?': 'Nitrogen',
  'Plural of "child"?': 'The plural is children.',
  'Is 2024 a leap year? yes/no': 'Yes',
  'Write a JSON object with the key "ok" set to true. Only JSON.': '{ "ok": true }',
  'Write 5 March 2024 as an ISO 8601 date.': '2024-03-05',
  'Expand the abbreviation HTML.': 'HyperText Markup Language',
}

test('answers as people write them are right', () => {
  for (const [input, answer] of Object.entries(answers)) {
    const item = items.find((candidate) => candidate.input === input)
    assert.ok(item && isTextGrader(item.grader), input)
    assert.equal(grade(item.grader, item.expected, answer), 1, input)
  }
})
