import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, test } from 'node:test'
import { homeAt } from '../../src/state/home.ts'
import type { Home } from '../../src/state/home.ts'
import { clearRun, describeRunner, reportRun, runLockedError } from '../../src/state/runner.ts'
import type { RunInfo } from '../../src/state/runner.ts'

let home: Home
beforeEach(async () => {
  home = homeAt(await mkdtemp(path.join(tmpdir(), 'genesis-runner-')))
})
afterEach(() => rm(home.root, { recursive: true, force: true }))

const info: RunInfo = {
  pid: process.pid,
  cycle: 'cycle-20250102-030405',
  step: 'train',
  progress: { share: 0.459, timeLeftMs: 61_000, text: 'loss 1.2' },
  startedAt: '2025-01-02T03:04:05.000Z',
}

test('what a running process reports is read back, until it is cleared', async () => {
  assert.equal(await describeRunner(home), null)
  await reportRun(home, info)
  assert.deepEqual(await describeRunner(home), info)
  await clearRun(home)
  assert.equal(await describeRunner(home), null)
})

test('the report of a process that is gone counts as none', async () => {
  const gone = spawnSync(process.execPath, ['-e', '']).pid
  await reportRun(home, { ...info, pid: gone })
  assert.equal(await describeRunner(home), null)
})

test('a damaged report counts as none', async () => {
  await mkdir(home.data)
  for (const content of ['', '{', 'null', '[]', '{"pid":0}']) {
    await writeFile(home.runProgress, content)
    assert.equal(await describeRunner(home), null, content)
  }
})

test('the error of a second check names process, cycle, step and progress, exit 11', () => {
  const error = runLockedError(info)
  assert.equal(error.exitCode, 11)
  assert.equal(
    error.why,
    `process ${process.pid} is in cycle-20250102-030405, step train, 45% done, loss 1.2, about 2 min left, since 2025-01-02T03:04:05.000Z`,
  )
  assert.match(runLockedError({ ...info, cycle: null, step: null, progress: null }).why ?? '', /is looking what is due, since/)
  assert.match(runLockedError(null).why ?? '', /has not reported yet/)
})
