import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { packRows } from '../../src/engine/pack.ts'
import type { PackOptions, TrainingRow } from '../../src/engine/pack.ts'

/** A message costs a token for each letter. */
const options: PackOptions = { budget: 20, epochs: 1, seed: 1, together: true, messageTokens: ({ content }) => content.length }
const row = (id: string, question: string, answer: string): TrainingRow => ({
  id,
  messages: [
    { role: 'user', content: question },
    { role: 'assistant', content: answer },
  ],
})
const tenTokens = (id: string): TrainingRow => row(id, `q${id}...`.slice(0, 5), 'yes..')
const many = Array.from({ length: 10 }, (_, index) => tenTokens(String(index)))
const questionsOf = (conversation: readonly { role: string; content: string }[]): string[] =>
  conversation.filter(({ role }) => role === 'user').map(({ content }) => content)

describe('packing training rows', () => {
  test('short exchanges share a conversation as long as they fit into the budget', () => {
    const { conversations, rows, tokens } = packRows(many, options)
    assert.deepEqual(
      conversations.map(({ length }) => length),
      [4, 4, 4, 4, 4],
    )
    assert.deepEqual([rows, tokens], [10, 100])
    assert.deepEqual(conversations.flatMap(questionsOf).sort(), many.map(({ messages }) => messages[0]?.content).sort())
  })

  test('the same seed gives the same packing, another one another order', () => {
    assert.deepEqual(packRows(many, options), packRows(many, options))
    assert.notDeepEqual(packRows(many, options).conversations, packRows(many, { ...options, seed: 2 }).conversations)
  })

  test('a fraction of a pass takes that share of the rows, and each whole pass takes every row once', () => {
    assert.equal(packRows(many, { ...options, epochs: 0.5 }).rows, 5)
    const { conversations, rows } = packRows(many, { ...options, epochs: 2.5 })
    assert.equal(rows, 10)
    const asked = conversations.flatMap(questionsOf)
    assert.equal(asked.length, 25)
    for (const pass of [asked.slice(0, 10), asked.slice(10, 20)]) assert.equal(new Set(pass).size, 10)
    assert.equal(packRows(many, { ...options, epochs: 0.001 }).rows, 1, 'never nothing')
  })

  test('a row with a system message or earlier turns stands alone', () => {
    const withSystem: TrainingRow = { id: 's', messages: [{ role: 'system', content: 'be' }, ...tenTokens('x').messages] }
    const withTurns: TrainingRow = { id: 't', messages: [...row('y', 'a', 'b').messages, ...row('y', 'c', 'd').messages] }
    const { conversations } = packRows([tenTokens('1'), withSystem, withTurns, tenTokens('2')], options)
    assert.equal(conversations.length, 3)
    for (const { messages } of [withSystem, withTurns]) assert.ok(conversations.some((conversation) => conversation === messages))
  })

  test('where exchanges must not share, each stands alone', () => {
    assert.equal(packRows(many, { ...options, together: false }).conversations.length, 10)
  })

  test('rows that can not be trained on are counted by their reason', () => {
    const noAnswer: TrainingRow = {
      id: 'n',
      messages: [
        { role: 'assistant', content: 'a' },
        { role: 'user', content: 'b' },
      ],
    }
    const { conversations, leftOut, rows } = packRows([row('l', 'x'.repeat(20), 'y'), noAnswer, tenTokens('1')], options)
    assert.deepEqual(leftOut, { 'longer than the training context': 1, 'does not end with an answer': 1 })
    assert.deepEqual([conversations.length, rows], [1, 1])
    assert.deepEqual(packRows([], options), { conversations: [], rows: 0, tokens: 0, leftOut: {} })
  })

  test('no conversation exceeds the budget, holds a row twice, or loses one', () => {
    const lengths = fc.array(fc.integer({ min: 1, max: 25 }), { maxLength: 40 })
    fc.assert(
      fc.property(lengths, fc.double({ min: 0.1, max: 4, noNaN: true }), fc.nat(), (sizes, epochs, seed) => {
        const rows = sizes.map((size, index) => row(`r${index}`, String(index).padStart(3, '0'), 'a'.repeat(size)))
        const { conversations, leftOut, rows: used } = packRows(rows, { ...options, epochs, seed })
        for (const conversation of conversations) {
          assert.ok(conversation.reduce((sum, { content }) => sum + content.length, 0) <= options.budget)
          assert.equal(new Set(questionsOf(conversation)).size, questionsOf(conversation).length)
        }
        const fitting = sizes.filter((size) => size + 3 <= options.budget).length
        assert.equal(leftOut['longer than the training context'] ?? 0, sizes.length - fitting)
        assert.equal(conversations.flatMap(questionsOf).length, fitting === 0 ? 0 : Math.max(1, Math.round(fitting * epochs)))
        assert.ok(epochs < 1 || used === fitting)
      }),
    )
  })
})
