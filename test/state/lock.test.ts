import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { homeAt } from '../../src/state/home.ts'
import type { Home } from '../../src/state/home.ts'
import { tryRunLock, withLock } from '../../src/state/lock.ts'
import { readState, updateState } from '../../src/state/store.ts'
import { asUnprivileged } from '../fakes/unprivileged.ts'

let home: Home
const children: ChildProcess[] = []
beforeEach(async () => {
  home = homeAt(await mkdtemp(path.join(tmpdir(), 'genesis-lock-')))
})
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
  await rm(home.root, { recursive: true, force: true })
})

function start(...parameters: string[]): ChildProcess {
  const script = fileURLToPath(new URL('child.ts', import.meta.url))
  const child = spawn(process.execPath, ['--import', 'tsx', script, ...parameters], { stdio: ['ignore', 'pipe', 'inherit'] })
  children.push(child)
  return child
}

async function firstLine(child: ChildProcess): Promise<string> {
  assert.ok(child.stdout)
  const [data] = (await once(child.stdout, 'data')) as [Buffer]
  return data.toString().trim()
}

async function killed(child: ChildProcess): Promise<void> {
  const gone = once(child, 'exit')
  child.kill('SIGKILL')
  await gone
}

test('two processes with 200 updates each lose none', async () => {
  const exits = [start('count', home.root, '200'), start('count', home.root, '200')].map((child) => once(child, 'exit'))
  assert.deepEqual(
    (await Promise.all(exits)).map(([code]) => code as number),
    [0, 0],
  )
  assert.equal((await readState(home)).state.learnings_since_training, 400)
})

test('work in one process excludes itself too', async () => {
  let inside = 0
  const most: number[] = []
  const work = async (): Promise<void> => {
    inside += 1
    most.push(inside)
    await new Promise((resolve) => setTimeout(resolve, 1))
    inside -= 1
  }
  await Promise.all(Array.from({ length: 20 }, () => withLock(home, work)))
  assert.deepEqual(
    most,
    Array.from({ length: 20 }, () => 1),
  )
})

test('the lock is given back when the work throws', async () => {
  await assert.rejects(
    withLock(home, () => Promise.reject(new Error('work failed'))),
    /work failed/,
  )
  assert.equal(await withLock(home, () => Promise.resolve('again')), 'again')
})

test('who waits too long is told so, exit 11; a holder killed with -9 keeps nobody waiting', async () => {
  const child = start('hold', home.root)
  assert.equal(await firstLine(child), 'ready')
  await assert.rejects(
    withLock(home, () => Promise.resolve(), 60),
    { code: 'GI-LOCK-TIMEOUT', exitCode: 11 },
  )
  await killed(child)
  assert.equal(await withLock(home, () => Promise.resolve('free')), 'free')
})

test('the run lock is had by one at a time, across processes and within one, until released or killed', async () => {
  const child = start('run', home.root)
  assert.equal(await firstLine(child), 'ready')
  assert.equal(await tryRunLock(home), null)
  await killed(child)
  const mine = await tryRunLock(home)
  assert.ok(mine)
  assert.equal(await tryRunLock(home), null)
  assert.equal(await firstLine(start('run', home.root)), 'held')
  await mine.release()
  const again = await tryRunLock(home)
  assert.ok(again)
  await again.release()
})

test('the run lock does not keep the state from being changed', async () => {
  const lock = await tryRunLock(home)
  assert.equal(await withLock(home, () => Promise.resolve('changed')), 'changed')
  await lock?.release()
})

test('a home that can not be written says so, exit 10', async () => {
  await chmod(home.root, 0o755)
  await mkdir(home.data, { mode: 0o555 })
  await asUnprivileged(async () => {
    await assert.rejects(
      withLock(home, () => Promise.resolve()),
      { code: 'GI-HOME-READ-ONLY', exitCode: 10 },
    )
  })
  await chmod(home.data, 0o755)
})

test('a process killed with -9 while it writes leaves a whole state, and the next one goes on', async () => {
  for (let round = 0; round < 3; round += 1) {
    const before = (await readState(home)).state.learnings_since_training
    const child = start('count', home.root, '1000000')
    while ((await readState(home)).state.learnings_since_training < before + 20) await new Promise((resolve) => setTimeout(resolve, 2))
    await killed(child)
    const { state, problem } = await readState(home)
    assert.equal(problem, undefined)
    const next = await updateState(home, (current) => ({ ...current, learnings_since_training: current.learnings_since_training + 1 }))
    assert.equal(next.learnings_since_training, state.learnings_since_training + 1)
  }
})
