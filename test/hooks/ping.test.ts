import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pingAddress } from '../../src/hooks/ping.ts'

test('a ping goes to the address itself, or to /start and /fail under it', () => {
  const base = 'https://ping.example/1234-abcd'
  assert.equal(pingAddress(base, 'success'), base)
  assert.equal(pingAddress(base, 'start'), `${base}/start`)
  assert.equal(pingAddress(`${base}/`, 'fail'), `${base}/fail`)
  assert.equal(pingAddress(`${base}?create=1`, 'fail'), `${base}/fail?create=1`)
})
