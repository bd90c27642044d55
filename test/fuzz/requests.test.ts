import assert from 'node:assert/strict'
import { rmSync } from 'node:fs'
import { test } from 'node:test'
import fc from 'fast-check'
import type { InjectOptions } from 'fastify'
import { Registry } from 'prom-client'
import { Config } from '../../src/config/schema.ts'
import { buildServer } from '../../src/server/api.ts'
import { metricsRoute } from '../../src/server/metrics.ts'
import { openApiRoute } from '../../src/server/openapi.ts'
import { routesOf } from '../../src/server/routes.ts'
import { ErrorReply } from '../../src/server/schemas.ts'
import { Workplace } from '../cycle/workplace.ts'
import { campaign } from './campaign.ts'
import { damagedBytes } from './damaged-bytes.ts'
import { damagedJson } from './damaged-json.ts'
import { fuzzedHome } from './fuzzed-home.ts'

const improvement = '/api/v1/genesis/improvement'
const paths = [
  ...['status', 'trigger', 'history', 'cycles/cycle-20250101-000000', 'cycles/'].map((path) => `${improvement}/${path}`),
  ...['/api/v1/genesis/learnings', '/api/v1/genesis/outcomes', '/healthz', '/readyz', '/openapi.json', '/metrics', '/'],
]
const learning = { id: 'l-1', input: 'q', correction: 'a', original: 'b', context: [{ role: 'user', content: 'x' }], timestamp: 1749283750 }
const outcome = { id: 'o-1', outcome: 'failure', input: 'q', answer: 'b', at: '2025-06-07T08:09:10Z' }
const bodies = [
  learning,
  [learning, outcome],
  { learnings: [learning] },
  outcome,
  { outcomes: [outcome, { ...outcome, id: 'o-2', outcome: 'success' }] },
]

const url = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...paths) },
  { weight: 8, arbitrary: fc.constantFrom('/api/v1/genesis/learnings', '/api/v1/genesis/outcomes') },
  {
    weight: 2,
    arbitrary: damagedBytes(paths.map((path) => Buffer.from(path))).map(
      (bytes) =>
        `/${bytes
          .toString('latin1')
          .replaceAll(/[\0-\x20\x7f-\xff#\\]/g, '%')
          .replace(/^\/+/, '')}`,
    ),
  },
  fc.string().map((text) => `${improvement}/cycles/${encodeURIComponent(text.replaceAll(/[\ud800-\udfff]/g, ''))}`),
)
const header = fc.oneof(
  fc.string({ maxLength: 40 }),
  fc.constantFrom('x'.repeat(5000), 'text/plain', 'application/json; charset=utf-16', 'http://evil.example', '127.0.0.1:8000', '[::1]'),
)
const request = fc.record({
  method: fc.constantFrom('POST', 'POST', 'POST', 'GET', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'),
  url,
  body: fc.option(damagedJson(bodies)),
  headers: fc.oneof(
    { weight: 3, arbitrary: fc.constant({}) },
    fc.dictionary(
      fc.constantFrom('host', 'origin', 'authorization', 'content-type', 'content-encoding', 'x-forwarded-for', 'cookie'),
      header,
    ),
  ),
})

test('every route answers a malformed request with a 2xx or 4xx and a document, and with nothing else', async (t) => {
  const place = new Workplace(fuzzedHome(t).root)
  const config = Config.parse({})
  const readConfig = async () => await Promise.resolve(config)
  const routes = routesOf(place.workshop, readConfig)
  const bugs: unknown[] = []
  const metrics = metricsRoute(place.workshop, readConfig, '0', new Registry())
  const server = buildServer([...routes, openApiRoute(routes, '0'), metrics], {
    token: null,
    hostNames: [],
    failed: (error) => bugs.push(error),
  })
  let recorded = 0
  await campaign(t, request, async ({ method, url: path, body, headers }) => {
    // As long a file would take long to be counted.
    if (recorded++ % 200 === 0) rmSync(place.home.learningsJsonl, { force: true })
    const all = { host: 'localhost', 'content-type': 'application/json', ...headers }
    const { statusCode, body: text } = await server.inject({
      method,
      url: path,
      headers: all,
      ...(body !== null && { payload: body }),
    } as InjectOptions)
    assert.deepEqual(bugs, [])
    assert.ok((statusCode >= 200 && statusCode < 300) || (statusCode >= 400 && statusCode < 500), `${statusCode} ${text}`)
    if (statusCode >= 400 && method !== 'HEAD') ErrorReply.parse(JSON.parse(text))
    return String(statusCode)
  })
  await server.close()
})
