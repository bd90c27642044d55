import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { askProgram } from '../../src/system/ask-program.ts'
import { allowedEnvironment, runProcess, startProcess } from '../../src/system/process.ts'

const script = (source: string): [string, string[]] => [process.execPath, ['-e', source]]

describe('running another program', () => {
  test('its whole lines arrive from both streams, and its exit code', async () => {
    const lines: string[] = []
    const end = await runProcess(
      ...script(
        'process.stdout.write("one\\r\\ntw"); console.error("three"); setTimeout(() => { process.stdout.write("o"); process.exitCode = 3 }, 100)',
      ),
      {
        onLine: (line, stream) => lines.push(`${stream} ${line}`),
      },
    )
    assert.deepEqual(lines.sort(), ['stderr three', 'stdout one', 'stdout two'])
    assert.deepEqual([end.exitCode, end.signal, end.startError], [3, null, null])
    assert.deepEqual([...end.lastLines].sort(), ['one', 'three', 'two'])
  })

  test('only its last lines are kept', async () => {
    const { lastLines } = await runProcess(...script('for (let i = 0; i < 1000; i++) console.log(i)'))
    assert.equal(lastLines.at(-1), '999')
    assert.equal(lastLines.length, 40)
  })

  test('arguments are passed on as they are, whatever a shell would make of them', async () => {
    const odd = ['$HOME', '"; exit 9', 'a b', '*']
    const { lastLines } = await runProcess(process.execPath, ['-e', 'console.log(JSON.stringify(process.argv.slice(1)))', ...odd])
    assert.deepEqual(JSON.parse(lastLines[0] ?? ''), odd)
  })

  test('one that can not be started says so and does not throw', async () => {
    assert.equal((await runProcess('/nowhere/at-all', [])).startError, 'ENOENT')
  })

  test('lines are sent to its standard input, and it sees the end of it', async () => {
    const child = startProcess(
      ...script('process.stdin.on("data", (d) => process.stdout.write("got " + d)).on("end", () => process.exit(7))'),
    )
    child.writeLine('hello')
    child.closeInput()
    assert.equal((await child.ended).exitCode, 7)
    assert.deepEqual(child.lastLines(), ['got hello'])
    child.writeLine('too late')
  })

  test('stopping ends its whole group, those that ignore TERM as well', async () => {
    const grandchild = 'process.on("SIGTERM", () => {}); setInterval(() => {}, 1000); console.log("ready " + process.pid)'
    const parent = `process.on("SIGTERM", () => {}); require("child_process").spawn(process.execPath, ["-e", ${JSON.stringify(grandchild)}], { stdio: "inherit" }); setInterval(() => {}, 1000)`
    let id = 0
    const child = startProcess(...script(parent), { onLine: (line) => (id = Number(/ready (\d+)/.exec(line)?.[1] ?? id)) })
    while (id === 0) await sleep(20)
    const { signal } = await child.stop(200)
    assert.equal(signal, 'SIGKILL')
    let gone = false
    for (let tries = 0; tries < 250 && !gone; tries += 1) {
      try {
        process.kill(id, 0)
        await sleep(20)
      } catch (error) {
        gone = (error as { code?: string }).code === 'ESRCH'
      }
    }
    assert.ok(gone)
  })

  test('a signal stops it', async () => {
    const stop = new AbortController()
    const running = runProcess(...script('console.log("up"); setInterval(() => {}, 1000)'), {
      signal: stop.signal,
      onLine: () => stop.abort(),
    })
    assert.equal((await running).signal, 'SIGTERM')
  })

  test('of the environment only what is listed is passed on', () => {
    const environment = { PATH: '/bin', SECRET: 'x', npm_config_registry: 'r', NPM_TOKEN: 't', http_proxy: 'p', EMPTY: undefined }
    assert.deepEqual(allowedEnvironment(environment, ['PATH', 'npm_config_*', 'HTTP_PROXY', 'EMPTY']), {
      PATH: '/bin',
      npm_config_registry: 'r',
      http_proxy: 'p',
    })
  })
})

test('a program whose child keeps its output open, in a session of its own, is over at its time limit', { timeout: 20_000 }, async () => {
  const script = `require("child_process").spawn(process.execPath, ["-e", "setTimeout(() => {}, 60000)"], { detached: true, stdio: "inherit" }); process.exit(0)`
  const answer = await askProgram({ program: process.execPath, args: ['-e', script], timeoutSeconds: 1 }, '/', {})
  assert.equal(answer.timedOut, true)
})
