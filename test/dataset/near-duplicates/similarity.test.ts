import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { shinglesOf } from '../../../src/dataset/near-duplicates/shingles.ts'
import { jaccard, nearDuplicate, similarity } from '../../../src/dataset/near-duplicates/similarity.ts'

const compare = (left: string, right: string): number => similarity(shinglesOf(left), shinglesOf(right))
const question = 'How do I reset my password in the customer portal?'

test('a text of five words has its three-character pieces, each once', () => {
  // "cat" gives " ca", "cat", "at "; "hat" " ha", "hat" and "at " again; "the" and "in" are one each.
  assert.equal(shinglesOf('The cat in the hat').hashes.length, 7)
})

test('the Jaccard index is what two sets share of all that is in either', () => {
  assert.equal(jaccard(Int32Array.of(1, 2, 3, 4), Int32Array.of(2, 4, 5)), 2 / 5)
  assert.equal(jaccard(Int32Array.of(1), Int32Array.of(2)), 0)
})

test('rewordings of a question are near-duplicates', () => {
  const rewordings = [
    'how can I reset the password in the customer portal',
    'Please tell me how to reset my password in the customer portal!',
    'In the customer portal, how do I reset my password?',
    'HOW DO I RESET MY PASSWORD IN THE CUSTOMER PORTAL???',
    'How do I reset my passwords in the customer portal?',
  ]
  for (const text of rewordings) assert.ok(compare(question, text) >= nearDuplicate, text)
  assert.ok(compare('What is the capital of France?', 'Could you please tell me what the capital of France is?') >= nearDuplicate)
})

test('other questions in nearly the same words are not', () => {
  const pairs = [
    ['What is the capital of France?', 'What is the capital of Finland?'],
    ['Write SQL for the newest rows of users by status.', 'Write SQL for the newest rows of users by country.'],
    ['Translate good morning into German', 'Translate good night into German'],
    ['Convert 5 miles to kilometres', 'Convert 6 miles to kilometres'],
    ['Sum column B of the sheet', 'Sum column C of the sheet'],
    ['What is 12 + 7?', 'What is 17 + 2?'],
  ]
  for (const [left = '', right = ''] of pairs) assert.ok(compare(left, right) < nearDuplicate, `${left} ${right}`)
})

test('in a long text a number more or less does not make another question', () => {
  const words =
    'alpine bridge copper dragon ember falcon garden harvest island jungle kernel lantern meadow nectar orchard pepper quartz river saddle timber vinegar whistle yellow zephyr anchor'
  assert.ok(compare(`${words} 17`, `${words} 18`) > 0.9)
  assert.equal(compare('copper bridge 17', 'copper bridge 18'), 0)
})

test('texts in any script, and of nothing but punctuation, can be compared', () => {
  assert.ok(compare('東京の天気を教えてください', '東京の天気を教えてください。') === 1)
  assert.ok(
    compare('Wie setze ich mein Passwort im Portal zurück?', 'Bitte, wie setze ich mein Passwort im Portal zurück') >= nearDuplicate,
  )
  assert.equal(compare('???', '???'), 1)
  assert.equal(compare('???', '!!!'), 0)
})

test('similarity is symmetrical, 1 for the same text, and within 0 and 1', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (left, right) => {
      const found = compare(left, right)
      assert.ok(found >= 0 && found <= 1)
      assert.equal(found, compare(right, left))
      assert.equal(compare(left, left), 1)
    }),
  )
})
