import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { Config } from '../../src/config/schema.ts'
import { machineHere } from '../../src/runners/machine-here.ts'
import { RemoteRunner } from '../../src/runners/remote.ts'
import { directStart } from '../../src/runners/ssh.ts'
import { ended, never, shellJob } from '../contract/runner-contract.ts'
import { mountSmallDisk, unmount } from '../fakes/full-disk.ts'

function runnerOn(size: string): RemoteRunner | null {
  const disk = mkdtempSync(path.join(tmpdir(), 'genesis-disk-'))
  const isMounted = mountSmallDisk(disk, size)
  after(async () => {
    // The last second of the guard beside the program.
    await sleep(2000)
    if (isMounted) unmount(disk)
    rmSync(disk, { recursive: true, force: true })
  })
  const runner = { kind: 'ssh', directory: disk }
  const { trainer } = Config.parse({ trainer: { kind: 'command', command: { program: '/bin/sh' }, runner } })
  return isMounted ? new RemoteRunner('on forge', machineHere, directStart(machineHere), trainer) : null
}

describe('a full disk where the training runs', () => {
  test('with too little room nothing is sent', async (t) => {
    const runner = runnerOn('64m')
    if (runner === null) return t.skip('needs a file system of its own')
    const begun = runner.begin(await shellJob('exit 0'), () => undefined, never)
    await assert.rejects(begun, { code: 'GI-RUNNER-NO-ROOM', temporary: true })
  })

  test('a program that fills it ends as it ended, and the disk is named', async (t) => {
    const runner = runnerOn('260m')
    if (runner === null) return t.skip('needs a file system of its own')
    const job = await shellJob('cat /dev/zero >big; exit 1')
    await runner.begin(job, () => undefined, never)
    const { exitCode, diskIsFull } = await ended(runner, job)
    assert.deepEqual([exitCode, diskIsFull], [1, true])
    await runner.remove(job.record)
  })
})
