import assert from 'node:assert/strict'
import { copyFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import path from 'node:path'
import { describe, test } from 'node:test'
import type { TestContext } from 'node:test'
import type { Home } from '../../src/state/home.ts'
import { packageRoot } from '../../src/system/package-root.ts'
import { crashingEngine } from './fake-engine.ts'
import { corrections, failing, genesisJson, temporaryDirectory, temporaryHome } from './program.ts'
import { errorOf, serving } from './served.ts'
import type { Answer, Served } from './served.ts'

const improvement = '/api/v1/genesis/improvement'
const learnings = '/api/v1/genesis/learnings'
const outcomes = '/api/v1/genesis/outcomes'
const freePorts = { server: { port: 0, metricsPort: 0 } }
const homeToServe = (t: TestContext, more: { learnings?: unknown; config?: object } = {}): Home =>
  temporaryHome(t, { ...more, config: { ...freePorts, ...more.config } })

const linesOf = (home: Home): { id: string; kind: string; input: string }[] =>
  readFileSync(home.learningsJsonl, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as { id: string; kind: string; input: string })

/** Every refusal has the one shape of an error. */
function refused(answer: Answer, status: number, code: string): void {
  assert.deepEqual([answer.status, (answer.json['error'] as { code?: string } | undefined)?.code], [status, code], answer.text)
  assert.ok(errorOf(answer).what.length > 0 && errorOf(answer).remedy.length > 0)
}

describe('the status over HTTP', () => {
  test('has the promised fields, and is what "status --json" prints', async (t) => {
    const home = homeToServe(t, { learnings: corrections(3) })
    const { json, status } = await (await serving(t, home)).ask(`${improvement}/status`)
    assert.equal(status, 200)
    const promised = {
      last_training_time: null,
      learnings_since_training: 3,
      current_model: 'genesis-base',
      training_runs: 0,
      improvement_score: 0,
      should_trigger: false,
      trigger_reason: 'Thresholds not met',
    }
    for (const [field, value] of Object.entries(promised)) assert.deepEqual(json[field], value, field)
    assert.deepEqual(
      (json['blockers'] as { code: string }[]).map(({ code }) => code),
      ['GI-BASE-MISSING'],
    )
    assert.deepEqual(json, await genesisJson(['status', '--home', home.root]))
  })

  test('counts a learning that was posted a moment ago', async (t) => {
    const served = await serving(t, homeToServe(t))
    for (const count of [0, 1, 2, 3]) {
      assert.equal((await served.ask(`${improvement}/status`)).json['learnings_since_training'], count)
      await served.post(learnings, { input: `question ${count}`, correction: 'answer' })
    }
  })
})

describe('POST trigger', () => {
  test('opens a cycle with the promised reply; a second one is 409 and names it', async (t) => {
    const home = homeToServe(t, { learnings: corrections(3), config: { base: { gguf: 'base.gguf' } } })
    copyFileSync(path.join(packageRoot(), 'data', 'demo', 'base-f16.gguf'), path.join(home.root, 'base.gguf'))
    const engine = crashingEngine(temporaryDirectory(t))
    const served = await serving(t, home, { environment: { GENESIS_ENGINE_DIR: engine } })
    const first = await served.post(`${improvement}/trigger`)
    assert.equal(first.status, 200, first.text)
    assert.deepEqual(Object.keys(first.json), ['success', 'message', 'triggered_at'])
    assert.equal(first.json['success'], true)
    assert.equal(first.json['message'], 'Improvement cycle triggered successfully')
    assert.ok(Math.abs(Date.parse(String(first.json['triggered_at'])) - Date.now()) < 600_000)
    const [cycle = ''] = readdirSync(home.cycles)
    assert.equal(first.headers['location'], `${improvement}/cycles/${cycle}`)

    const second = await served.post(`${improvement}/trigger`)
    refused(second, 409, 'GI-CYCLE-OPEN')
    assert.match(errorOf(second).what, new RegExp(cycle))
    assert.deepEqual(readdirSync(home.cycles), [cycle])

    const { json: status } = await served.ask(`${improvement}/status`)
    assert.equal(status['should_trigger'], false)
    assert.match(String(status['trigger_reason']), new RegExp(`Cycle ${cycle} is at step collect`))
    const { json: history } = await served.ask(`${improvement}/history`)
    assert.deepEqual(history, await genesisJson(['history', '--home', home.root]))
    const shown = await served.ask(`${improvement}/cycles/${cycle}`)
    assert.deepEqual(shown.json, await genesisJson(['show', cycle, '--home', home.root]))
  })

  test('is 422 when there is nothing usable, or no base', async (t) => {
    const served = await serving(t, homeToServe(t))
    refused(await served.post(`${improvement}/trigger`), 422, 'GI-NO-USABLE-LEARNING')
    await served.post(learnings, { input: 'q', correction: 'a' })
    refused(await served.post(`${improvement}/trigger`), 422, 'GI-BASE-MISSING')
  })
})

test('cycles are 404 under names that none has, and lead nowhere else', async (t) => {
  const served = await serving(t, homeToServe(t))
  for (const name of ['cycle-20260101-000000', 'x', '..%2F..%2Fetc', '%00', `cycle-${'9'.repeat(150)}`])
    refused(await served.ask(`${improvement}/cycles/${name}`), 404, 'GI-CYCLE-UNKNOWN')
  refused(await served.ask('/etc/passwd'), 404, 'GI-PATH-UNKNOWN')
})

describe('POST learnings', () => {
  test('records one, or several under either form, with 201; known ones with 200', async (t) => {
    const home = homeToServe(t)
    const served = await serving(t, home)
    const one = await served.post(learnings, { id: 'one', prompt: 'q', correction: 'a' })
    assert.deepEqual([one.status, one.json], [201, { recorded: 1, learnings: [{ id: 'one', recorded: true, usable: true }] }])
    const list = [
      { id: 'one', prompt: 'q', correction: 'a' },
      { id: 'two', input: 'q2', wanted: 'a' },
    ]
    const several = await served.post(learnings, list)
    assert.deepEqual([several.status, several.json['recorded']], [201, 1])
    const again = await served.post(learnings, { learnings: list })
    assert.deepEqual([again.status, again.json['recorded']], [200, 0])
    assert.deepEqual(
      linesOf(home).map(({ id }) => id),
      ['one', 'two'],
    )
  })

  test('refuses with 409, 413 and 422, and then writes nothing of the request', async (t) => {
    const home = homeToServe(t)
    const served = await serving(t, home)
    await served.post(learnings, { id: 'one', input: 'q', correction: 'a' })
    const fresh = { id: 'fresh', input: 'fresh', correction: 'a' }
    refused(await served.post(learnings, [fresh, { id: 'one', input: 'q', correction: 'b' }]), 409, 'GI-LEARNING-CONFLICT')
    const large = { input: 'q', correction: 'a', note: 'x'.repeat(1 << 20) }
    refused(await served.post(learnings, [fresh, large]), 413, 'GI-REQUEST-TOO-LARGE')
    refused(
      await served.post(
        learnings,
        Array.from({ length: 101 }, () => fresh),
      ),
      413,
      'GI-REQUEST-TOO-LARGE',
    )
    refused(await served.post(learnings, [fresh, { input: 'without the answer' }]), 422, 'GI-LEARNING-INVALID')
    refused(await served.post(learnings, { ...fresh, at: 'soon' }), 422, 'GI-LEARNING-INVALID')
    assert.equal(linesOf(home).length, 1)
  })

  test('what was acknowledged is there after kill -9, each once', async (t) => {
    const home = homeToServe(t)
    const served = await serving(t, home)
    const acknowledged: string[] = []
    const sending = Array.from({ length: 40 }, async (_, index) => {
      try {
        const { status } = await served.post(learnings, { id: `l-${index}`, input: `q ${index}`, correction: 'a' })
        if (status === 201) acknowledged.push(`l-${index}`)
        if (acknowledged.length === 15) served.child.kill('SIGKILL')
      } catch (error) {
        // The server is gone.
        assert.ok(acknowledged.length >= 15, String(error))
      }
    })
    await Promise.all(sending)
    assert.ok(acknowledged.length >= 15)
    const kept = linesOf(home).map(({ id }) => id)
    for (const id of acknowledged) assert.equal(kept.filter((one) => one === id).length, 1, id)
    const after = await serving(t, home)
    for (let index = 0; index < 40; index += 1) await after.post(learnings, { id: `l-${index}`, input: `q ${index}`, correction: 'a' })
    assert.equal((await after.ask(`${improvement}/status`)).json['learnings_since_training'], 40)
  })
})

test('POST outcomes: a success is kept as one, a failure as an error of the model', async (t) => {
  const home = homeToServe(t)
  const served = await serving(t, home)
  const success = { outcome: 'success', input: 'q1', answer: 'right' }
  const { status, json } = await served.post(outcomes, [success, { outcome: 'failure', input: 'q2', answer: 'wrong' }])
  assert.deepEqual([status, json['recorded']], [201, 2])
  assert.deepEqual(
    linesOf(home).map(({ kind, input }) => [kind, input]),
    [
      ['success', 'q1'],
      ['error', 'q2'],
    ],
  )
  refused(await served.post(outcomes, { outcome: 'perhaps', input: 'q' }), 422, 'GI-LEARNING-INVALID')
  refused(await served.post(outcomes, { ...success, answered: 'a field that is not known' }), 422, 'GI-LEARNING-INVALID')
})

describe('who may ask', () => {
  test('other names and pages of other places are refused, whatever the path', async (t) => {
    const served = await serving(t, homeToServe(t, { config: { server: { ...freePorts.server, allowedHosts: ['genesis.example'] } } }))
    for (const host of ['evil.example', 'localhost.evil.example', '127.0.0.1.evil.example:8000'])
      for (const asked of ['/healthz', `${improvement}/status`, '/nothing'])
        refused(await served.ask(asked, { headers: { host } }), 421, 'GI-HOST-REFUSED')
    for (const host of ['localhost', 'LOCALHOST:8000', '127.0.0.1', '[::1]:8000', 'genesis.example'])
      assert.equal((await served.ask('/healthz', { headers: { host } })).status, 200, host)
    const crossing = await served.post(`${improvement}/trigger`, undefined, { origin: 'http://evil.example' })
    refused(crossing, 421, 'GI-HOST-REFUSED')
    assert.equal(crossing.headers['access-control-allow-origin'], undefined)
    refused(await served.ask('/metrics', { headers: { host: 'evil.example' } }, served.metrics), 421, 'GI-HOST-REFUSED')
  })

  test('a token that is set is wanted of all but the health of the server', async (t) => {
    const token = 'a-secret-of-this-test'
    const served = await serving(t, homeToServe(t), { environment: { GENESIS_API_TOKEN: token } })
    for (const authorization of [
      undefined,
      'Bearer',
      'Bearer wrong',
      `Bearer ${token}x`,
      `Bearer ${token.slice(1)}`,
      `Basic ${token}`,
      token,
    ]) {
      const answer = await served.ask(`${improvement}/status`, { headers: authorization === undefined ? {} : { authorization } })
      refused(answer, 401, 'GI-TOKEN-WRONG')
      assert.ok(!answer.text.includes(token))
    }
    assert.equal((await served.ask(`${improvement}/status`, { headers: { authorization: `Bearer ${token}` } })).status, 200)
    for (const open of ['/healthz', '/readyz', '/openapi.json']) assert.equal((await served.ask(open)).status, 200, open)
  })

  test('beyond this machine it does not start without a token, or with a short one', async (t) => {
    for (const server of [{ host: '0.0.0.0' }, { host: '::' }, { metricsHost: '0.0.0.0' }]) {
      const home = homeToServe(t, { config: { server: { ...freePorts.server, ...server } } })
      await failing(['serve', '--home', home.root], 10, 'GI-TOKEN-MISSING')
      await failing(['serve', '--home', home.root], 10, 'GI-TOKEN-MISSING', { environment: { GENESIS_API_TOKEN: 'short' } })
    }
  })
})

test('an address that is taken ends it with 12', async (t) => {
  const served = await serving(t, homeToServe(t))
  const home = homeToServe(t, { config: { server: { ...freePorts.server, port: Number(new URL(served.api).port) } } })
  await failing(['serve', '--home', home.root], 12, 'GI-ADDRESS-UNUSABLE')
})

test('TERM and INT end it with 0, also with a client that stays', async (t) => {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    const served = await serving(t, homeToServe(t))
    const socket = connect(Number(new URL(served.api).port), '127.0.0.1')
    socket.on('error', () => undefined)
    await new Promise<void>((resolve) => socket.write('GET /healthz HTTP/1.1\r\n', () => resolve()))
    assert.equal(await served.end(signal), 0)
  }
})

test('/readyz says 503 and why while the configuration is broken, and recovers', async (t) => {
  const home = homeToServe(t)
  const served = await serving(t, home)
  writeFileSync(home.config, '{')
  const unready = await served.ask('/readyz')
  refused(unready, 503, 'GI-CONFIG-INVALID')
  assert.ok(!JSON.stringify(unready.json).includes(home.root), 'strangers are told where the home is')
  assert.equal((await served.ask('/healthz')).status, 200)
  writeFileSync(home.config, '{}')
  assert.deepEqual((await served.ask('/readyz')).json, { status: 'ready' })
})

test('/openapi.json names every path with what it takes and gives', async (t) => {
  const { json } = await (await serving(t, homeToServe(t))).ask('/openapi.json')
  assert.equal(json['openapi'], '3.1.0')
  const paths = json['paths'] as Record<string, Record<string, { responses: object; requestBody?: object }>>
  assert.deepEqual(
    Object.keys(paths).sort(),
    [
      learnings,
      outcomes,
      `${improvement}/cycles/{id}`,
      `${improvement}/history`,
      `${improvement}/status`,
      `${improvement}/trigger`,
      '/healthz',
      '/readyz',
    ].sort(),
  )
  assert.ok(['201', '409', '413', '422'].every((status) => status in (paths[learnings]?.['post']?.responses ?? {})))
  assert.ok(paths[learnings]?.['post']?.requestBody !== undefined)
})

test('some hundred malformed bodies get 4xx, each in the shape of an error, and write nothing', async (t) => {
  const home = homeToServe(t)
  const served = await serving(t, home)
  const deep = '['.repeat(200_000)
  const bodies: (string | Buffer)[] = [
    ...[
      '',
      ' ',
      '{',
      '[',
      '[]',
      '{}',
      'null',
      '7',
      '"text"',
      'true',
      '{"learnings":[]}',
      '{"learnings":{}}',
      '{"learnings":7}',
      '[null]',
      '[[]]',
      '[7]',
    ],
    ...[
      '{"__proto__":{"input":"q","correction":"a"}}',
      '{"constructor":{"prototype":{}}}',
      '{"input":"q"}',
      '{"input":{},"correction":"a"}',
    ],
    ...[
      '{"input":"q","correction":"a","at":{}}',
      '{"input":"","correction":"a"}',
      '{"input":"q","correction":"q\\ud83d"}',
      '{"input":"q","correction":"a",}',
    ],
    ...[deep, deep + ']'.repeat(200_000), `{"a":${deep}${']'.repeat(200_000)}}`, `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`],
    ...[Buffer.from([0xff, 0xfe, 0x00]), Buffer.alloc(1000), Buffer.from('{"input":"\xff","correction":"\xff"', 'latin1')],
  ]
  const valid = '{"id":"v","input":"question","correction":"answer"}'
  for (let cut = 1; cut < valid.length; cut += 1)
    bodies.push(valid.slice(0, cut), valid.slice(cut), valid.slice(0, cut) + '\u0000' + valid.slice(cut))
  for (const path of [learnings, outcomes]) {
    for (const body of bodies) {
      const answer = await served.post(path, body)
      assert.ok(answer.status >= 400 && answer.status < 500, `${answer.status} for ${body.toString().slice(0, 60)}: ${answer.text}`)
      assert.match(errorOf(answer).code, /^GI-(REQUEST|LEARNING)-/)
    }
    for (const type of [
      'text/plain',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
      'application/json; charset=x, y',
      'x',
    ])
      refused(await served.post(path, 'a=b', { 'content-type': type }), 400, 'GI-REQUEST-INVALID')
  }
  assert.equal(existsSync(home.learningsJsonl), false)
  assert.equal((await served.ask('/healthz')).status, 200)
})

/** Writes a text to the API's port, and gives all that comes until the connection ends. */
async function said(served: Served, text: string): Promise<string> {
  const socket = connect(Number(new URL(served.api).port), '127.0.0.1')
  socket.write(text)
  let all = ''
  for await (const piece of socket) all += String(piece)
  return all
}

test('a body that is announced as too large is refused before it is read', async (t) => {
  const head = `POST ${learnings} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${9 << 20}\r\n\r\n{`
  assert.match(await said(await serving(t, homeToServe(t)), head), /^HTTP\/1\.1 413 [^]*GI-REQUEST-TOO-LARGE/)
})

test('a client that sends too slowly is cut off', async (t) => {
  const served = await serving(t, homeToServe(t))
  const slow = [
    `GET /healthz HTTP/1.1\r\n`,
    `POST ${learnings} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{`,
  ]
  for (const answer of await Promise.all(slow.map(async (text) => await said(served, text)))) assert.match(answer, /^HTTP\/1\.1 4\d\d |^$/)
  assert.equal((await served.ask('/healthz')).status, 200)
})

test('what is not HTTP gets 400 and the connection ends', async (t) => {
  const served = await serving(t, homeToServe(t))
  const long = `GET / HTTP/1.1\r\nHost: localhost\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`
  for (const text of ['hello\r\n\r\n', 'GET / HTTP/1.1\r\n\r\n', 'GET / HTTP/9.9\r\nHost: localhost\r\n\r\n', long])
    assert.match(await said(served, text), /^HTTP\/1\.1 4\d\d /, text.slice(0, 40))
})
