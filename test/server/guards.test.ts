import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { bearsToken, isLoopback, isOwnHost, isOwnOrigin, namesSeveralHosts } from '../../src/server/guards.ts'

describe('where a server can be reached', () => {
  for (const host of ['127.0.0.1', '127.8.9.1', '::1', 'localhost'])
    test(`${host}: from this machine only`, () => assert.equal(isLoopback(host), true))
  for (const host of ['0.0.0.0', '::', '10.0.0.1', '128.0.0.1', '127.0.0.1.evil.example', 'example', '::ffff:127.0.0.1'])
    test(`${host}: from elsewhere, or that can't be told`, () => assert.equal(isLoopback(host), false))
})

describe('the Host header', () => {
  for (const header of ['localhost', 'LocalHost:8000', 'localhost.', '10.0.0.7:8000', '[::1]', '[fe80::1]:8000', 'api.example:8000'])
    test(`${header} is ours`, () => assert.equal(isOwnHost(header, ['api.example']), true))
  for (const header of [
    undefined,
    '',
    ':8000',
    'evil.example',
    'localhost.evil.example',
    'api.example.evil',
    'x@localhost',
    'localhost:x',
    '[::1',
    '1.2.3.4.5',
    'localhost evil',
  ])
    test(`${String(header)} is not`, () => assert.equal(isOwnHost(header, ['api.example']), false))
  test('a name that is not listed never is, whatever stands around it', () => {
    fc.assert(
      fc.property(fc.domain(), fc.nat(65535), (name, port) => {
        assert.equal(isOwnHost(`${name}:${port}`, ['api.example']), false)
        assert.equal(isOwnHost(`${name}:${port}`, [name.toLowerCase()]), true)
      }),
    )
  })
})

test('a request of a program bears no origin; one of a page must be from the same place', () => {
  assert.equal(isOwnOrigin(undefined, 'localhost:8000'), true)
  assert.equal(isOwnOrigin('http://localhost:8000', 'localhost:8000'), true)
  assert.equal(isOwnOrigin('https://api.example', 'api.example'), true)
  for (const origin of ['null', '', 'http://localhost', 'http://evil.example', 'http://localhost:8000.evil.example'])
    assert.equal(isOwnOrigin(origin, 'localhost:8000'), false, origin)
})

test('only the whole token is the token', () => {
  const token = 'correct horse'.replace(' ', '-')
  assert.equal(bearsToken(`Bearer ${token}`, token), true)
  assert.equal(bearsToken(`bearer  ${token}`, token), true)
  for (const header of [undefined, '', 'Bearer', 'Bearer ', token, `Bearer ${token} x`, `Bearer ${token.slice(0, -1)}`, `Basic ${token}`])
    assert.equal(bearsToken(header, token), false, header)
})

test('a request names one host, whatever letters the header is written with', () => {
  assert.equal(namesSeveralHosts(['Host', 'localhost', 'Accept', 'host']), false)
  assert.equal(namesSeveralHosts(['Host', 'localhost', 'HOST', 'elsewhere.example']), true)
})
