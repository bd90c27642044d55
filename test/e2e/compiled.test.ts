import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, test } from 'node:test'
import type { TestContext } from 'node:test'
import { genesis, temporaryDirectory, temporaryHome } from './program.ts'

/** Calls `status` with a cache directory of its own; gives the one file that is kept there. */
function cachedStatus(t: TestContext) {
  const cache = temporaryDirectory(t)
  const home = temporaryHome(t)
  const directory = path.join(cache, 'compiled')
  return {
    directory,
    file: () => path.join(directory, ...readdirSync(directory).filter((_, index) => index === 0)),
    call: async (environment: Record<string, string> = {}) => {
      const { code, stdout, stderr } = await genesis(['status', '--home', home.root], {
        environment: { GENESIS_ENGINE_DIR: cache, ...environment },
      })
      assert.equal(code, 0, stderr)
      assert.equal(stderr, '')
      assert.match(stdout, /genesis-base/)
    },
  }
}

describe("the compiled program is kept in the engine's directory", () => {
  test('by the first call, and is taken as it is by the next', async (t) => {
    const { call, directory, file } = cachedStatus(t)
    await call()
    assert.deepEqual(readdirSync(directory).length, 1)
    const kept = readFileSync(file())
    await call()
    assert.deepEqual(readFileSync(file()), kept)
  })

  for (const [what, spoil] of [
    ['of another program', (kept: Buffer) => Buffer.concat([Buffer.alloc(64, 'a'), kept.subarray(64)])],
    ['cut short', (kept: Buffer) => kept.subarray(0, 1000)],
    ['empty', () => Buffer.alloc(0)],
    ['of zeros', (kept: Buffer) => Buffer.concat([kept.subarray(0, 128), Buffer.alloc(kept.length - 128)])],
    [
      'damaged in its middle',
      (kept: Buffer) => Buffer.concat([kept.subarray(0, 100_000), Buffer.alloc(5000, 0xa5), kept.subarray(105_000)]),
    ],
  ] as const) {
    test(`one ${what} is not used, and is replaced`, async (t) => {
      const { call, file } = cachedStatus(t)
      await call()
      const kept = readFileSync(file())
      writeFileSync(file(), spoil(kept))
      await call()
      const replaced = readFileSync(file())
      assert.notDeepEqual(replaced, Buffer.from(spoil(kept)))
      await call()
      assert.deepEqual(readFileSync(file()), replaced)
    })
  }

  test('by a short call, since a long one has lost the code of its start by its end', async (t) => {
    const { call, directory } = cachedStatus(t)
    const clock = path.join(temporaryDirectory(t), 'clock.cjs')
    writeFileSync(clock, 'process.uptime = () => 60')
    await call({ NODE_OPTIONS: `--require=${clock}` })
    assert.equal(existsSync(directory), false)
    await call()
    assert.equal(readdirSync(directory).length, 1)
  })

  test('not where that cannot be done, and not with NODE_DISABLE_COMPILE_CACHE', async (t) => {
    const { call, directory } = cachedStatus(t)
    await call({ NODE_DISABLE_COMPILE_CACHE: '1' })
    assert.equal(existsSync(directory), false)
    mkdirSync(path.dirname(directory), { recursive: true })
    writeFileSync(directory, 'a file in its place')
    await call()
    assert.equal(readFileSync(directory, 'utf8'), 'a file in its place')
  })
})
