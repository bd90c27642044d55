import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { Concealer } from '../../src/system/concealer.ts'

const concealerOf = (...secrets: string[]): Concealer => {
  const concealer = new Concealer()
  concealer.add(secrets)
  return concealer
}

describe('what is concealed', () => {
  test('is what was named, wherever it stands, the longer of two first', () => {
    assert.equal(concealerOf('hunter2hunter', 'hunter2hunter3').conceal('a hunter2hunter3, hunter2hunter.'), 'a [secret], [secret].')
  })

  test('is user and password of an address, and what stands behind Bearer and Basic', () => {
    const { conceal } = { conceal: (text: string) => concealerOf().conceal(text) }
    assert.equal(conceal('GET https://anna:pw@host/x failed'), 'GET https://[secret]@host/x failed')
    assert.equal(conceal('http://host:8080/path@2 stays'), 'http://host:8080/path@2 stays')
    assert.equal(conceal('Authorization: Bearer abc.def-123456=='), 'Authorization: Bearer [secret]')
    assert.equal(conceal('Basic things stay'), 'Basic things stay')
  })

  test('is not what is shorter than eight characters', () => {
    assert.equal(concealerOf('train').conceal('train 3/8 finished'), 'train 3/8 finished')
  })

  test('of any text, as it is and inside JSON', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 8, maxLength: 40 }), fc.string(), fc.string(), (secret, before, after) => {
        const concealer = concealerOf(secret)
        assert.ok(!concealer.conceal(before + secret + after).includes(secret) || '[secret]'.includes(secret))
        const line = concealer.conceal(JSON.stringify({ text: `x ${secret} y` }))
        assert.doesNotThrow(() => JSON.parse(line) as unknown)
      }),
    )
  })
})
