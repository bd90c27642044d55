import assert from 'node:assert/strict'
import { chmodSync, copyFileSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { describe, test } from 'node:test'
import type { TestContext } from 'node:test'
import type { Home } from '../../src/state/home.ts'
import { packageRoot } from '../../src/system/package-root.ts'
import { crashingEngine } from './fake-engine.ts'
import { corrections, failing, genesis, temporaryDirectory, temporaryHome } from './program.ts'

const linesOf = (file: string): Record<string, unknown>[] =>
  readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>)

/** A home with a base, an engine that fails, and a program "hook" in it that keeps what it is told and ends with `status`. */
function homeWithHook(t: TestContext, status: number, hooks: object) {
  const home: Home = temporaryHome(t, { learnings: corrections(100), config: { base: { gguf: 'base.gguf' }, hooks } })
  copyFileSync(path.join(packageRoot(), 'data', 'demo', 'base-f16.gguf'), path.join(home.root, 'base.gguf'))
  const program = path.join(home.root, 'hook')
  writeFileSync(program, `#!/bin/sh\ncat >> told.jsonl\necho "$1 said; $SECRET_OF_THE_CALLER"\nexit ${status}\n`)
  chmodSync(program, 0o755)
  const environment = { GENESIS_ENGINE_DIR: crashingEngine(temporaryDirectory(t)), SECRET_OF_THE_CALLER: 'secret' }
  return { home, told: path.join(home.root, 'told.jsonl'), ended: path.join(home.data, 'hooks.jsonl'), environment }
}

const hook = { program: './hook', args: ['a word; echo more'] }

describe('hooks', () => {
  test('get JSON on their standard input and their arguments as they stand; their end is put down', async (t) => {
    const { home, told, ended, environment } = homeWithHook(t, 0, { before_cycle: hook, after_step: hook })
    await genesis(['check', '--until-idle', '--home', home.root], { environment })
    const [before, collected] = linesOf(told)
    assert.deepEqual(
      [before?.['hook'], before?.['home'], before?.['model'], before?.['step']],
      ['before_cycle', home.root, 'genesis-base', null],
    )
    assert.deepEqual([collected?.['hook'], collected?.['step'], collected?.['outcome']], ['after_step', 'collect', 'finished'])
    const [first] = linesOf(ended)
    assert.deepEqual([first?.['hook'], first?.['exitCode'], first?.['failure']], ['before_cycle', 0, null])
    assert.equal(first?.['lastWords'], 'a word; echo more said; ')
  })

  test('a before_cycle that fails ends the cycle with 20', async (t) => {
    const { home, ended, environment } = homeWithHook(t, 3, { before_cycle: hook })
    const error = await failing(['check', '--until-idle', '--home', home.root], 20, 'GI-STEP-FAILED', { environment })
    assert.match(String(error.why), /before_cycle: it ended with status 3/)
    assert.equal(linesOf(ended)[0]?.['exitCode'], 3)
    const { stdout } = await genesis(['status', '--home', home.root], { environment })
    assert.match(stdout, /What to do: Mend the program under "hooks\.before_cycle"/)
  })

  test('what it does not read of its input is not its last word', async (t) => {
    const { home, ended, environment } = homeWithHook(t, 0, { before_cycle: { program: '/bin/false' } })
    await failing(['check', '--until-idle', '--home', home.root], 20, 'GI-STEP-FAILED', { environment })
    assert.equal(linesOf(ended)[0]?.['lastWords'], null)
  })

  test('one that takes too long, or is not there, is a failure too', async (t) => {
    const missing = homeWithHook(t, 0, { before_cycle: { program: './none' } })
    const absent = await failing(['check', '--until-idle', '--home', missing.home.root], 20, 'GI-STEP-FAILED', missing)
    assert.match(String(absent.why), /cannot be started \(ENOENT\)/)
    const slow = homeWithHook(t, 0, { before_cycle: { program: './hook', timeoutSeconds: 0.2 } })
    writeFileSync(path.join(slow.home.root, 'hook'), '#!/bin/sh\nsleep 60\n')
    const late = await failing(['check', '--until-idle', '--home', slow.home.root], 20, 'GI-STEP-FAILED', slow)
    assert.match(String(late.why), /longer than 0\.2 s/)
  })
})

test('ping_url hears of the beginning and of the end of each check; one that is away changes nothing', async (t) => {
  const calls: string[] = []
  const server = createServer((request, reply) => {
    calls.push(`${request.method} ${request.url}`)
    request.resume()
    reply.end('OK')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => server.close())
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/key`
  const idle = temporaryHome(t, { learnings: corrections(3), config: { hooks: { ping_url: address } } })
  assert.equal((await genesis(['check', '--until-idle', '--home', idle.root])).code, 0)
  assert.deepEqual(calls, ['POST /key/start', 'POST /key'])
  const failed = temporaryHome(t, { learnings: corrections(100), config: { hooks: { ping_url: address } } })
  assert.equal((await genesis(['check', '--once', '--home', failed.root])).code, 10)
  assert.deepEqual(calls.slice(2), ['POST /key/start', 'POST /key/fail'])
  const alone = temporaryHome(t, { learnings: corrections(3), config: { hooks: { ping_url: 'http://127.0.0.1:9/secret-key' } } })
  const { code, stderr } = await genesis(['check', '--until-idle', '--home', alone.root])
  assert.equal(code, 0)
  assert.match(stderr, /could not be called/)
  assert.ok(!stderr.includes('secret-key'))
})
