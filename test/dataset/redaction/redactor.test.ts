import assert from 'node:assert/strict'
import test from 'node:test'
import { Redactor } from '../../../src/dataset/redaction/redactor.ts'
import { isGenesisError } from '../errors.ts'

function redact(texts: readonly string[], patterns: ConstructorParameters<typeof Redactor>[0] = []): string[] {
  const redactor = new Redactor(patterns)
  redactor.meet(texts)
  return texts.map((text) => redactor.replace(text))
}

test('the same value has the same placeholder everywhere, however it is written; another has another', () => {
  assert.deepEqual(redact(['Ask a@x.org or b@x.org', 'A@X.ORG and +49 30 123456, +49-30-123456', 'nothing']), [
    'Ask <email-1> or <email-2>',
    '<email-1> and <phone-1>, <phone-1>',
    'nothing',
  ])
})

test("the user's own patterns are replaced under their names, before the built-in ones", () => {
  const patterns = [
    { name: 'customer', pattern: 'C-[0-9]{6}' },
    { name: 'colleague', pattern: '[a-z]+@ours\\.example' },
  ]
  assert.deepEqual(redact(['C-123456 wrote to eve@ours.example', 'C-654321, C-123456; a@x.org'], patterns), [
    '<customer-1> wrote to <colleague-1>',
    '<customer-2>, <customer-1>; <email-1>',
  ])
  assert.deepEqual(redact(['abc'], [{ name: 'nothing', pattern: 'x*' }]), ['abc'])
})

test("a pattern of the user's that does not end in time is refused by name", () => {
  assert.throws(() => redact([`${'a'.repeat(40)}!`], [{ name: 'slow', pattern: '(a+)+$' }]), isGenesisError('GI-CONFIG-INVALID'))
})
