import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, describe, test } from 'node:test'
import { homeAt } from '../../src/state/home.ts'
import { readTrainingHolder, trainingLockFile, tryTrainingLock } from '../../src/state/training-lock.ts'
import { packageRoot } from '../../src/system/package-root.ts'

const around = mkdtempSync(path.join(tmpdir(), 'genesis-training-lock-'))
after(() => rmSync(around, { recursive: true, force: true }))

describe('the lock of trainings', () => {
  test('lies beside the engine, where the configuration says, or nowhere', () => {
    assert.equal(trainingLockFile(undefined, '/home', '/cache/engine'), path.join('/cache/engine', 'training.lock'))
    assert.equal(trainingLockFile('gpu.lock', '/home', '/cache/engine'), path.resolve('/home', 'gpu.lock'))
    assert.equal(trainingLockFile('/run/gpu.lock', '/home', '/cache/engine'), path.resolve('/run/gpu.lock'))
    assert.equal(trainingLockFile(false, '/home', '/cache/engine'), null)
  })

  test('lets one in at a time, and names its home until it is done', async () => {
    const file = path.join(around, 'one.lock')
    const lock = await tryTrainingLock(file, homeAt('/homes/first'))
    assert.ok(lock)
    assert.equal(await tryTrainingLock(file, homeAt('/homes/second')), null)
    assert.deepEqual(await readTrainingHolder(file), { pid: process.pid, home: path.resolve('/homes/first') })
    await lock.release()
    assert.equal(await readTrainingHolder(file), null)
    const next = await tryTrainingLock(file, homeAt('/homes/second'))
    assert.ok(next)
    await next.release()
  })

  test('what is no holder, or one whose process is gone, is nobody', async () => {
    const file = path.join(around, 'words.lock')
    assert.equal(await readTrainingHolder(file), null)
    for (const text of ['', '{"pid":', '{"pid":0,"home":"/x"}', '{"pid":2147483646,"home":"/x"}']) {
      writeFileSync(file, text)
      assert.equal(await readTrainingHolder(file), null)
    }
  })

  test('of five processes one works after the other', { skip: process.platform === 'win32' }, async () => {
    const [file, log] = [path.join(around, 'five.lock'), path.join(around, 'five.log')]
    const script = path.join(packageRoot(), 'test', 'fakes', 'training-in-turn.ts')
    const names = Array.from({ length: 5 }, (_, index) => `home-${index}`)
    const ends = names.map(async (name) => {
      const child = spawn(process.execPath, ['--import', 'tsx', script, file, log, name], { cwd: packageRoot(), stdio: 'inherit' })
      return (await once(child, 'exit'))[0] as number | null
    })
    assert.deepEqual(new Set(await Promise.all(ends)), new Set([0]))
    const lines = readFileSync(log, 'utf8').trim().split('\n')
    const pairs = Array.from({ length: 5 }, (_, index) => lines.slice(2 * index, 2 * index + 2))
    for (const [begin = '', end = ''] of pairs) assert.equal(end, begin.replace('begin', 'end'))
    assert.equal(new Set(lines).size, 10)
  })
})
