import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { describe, test } from 'node:test'
import { describeRemoteContract } from '../contract/remote-contract.ts'
import { describeRunnerContract, ended, never, shellJob, startsOf } from '../contract/runner-contract.ts'
import { describeCycles } from './cycle.ts'
import { describeMlx } from './mlx.ts'
import { underTest } from './settings.ts'
import { missingSlurm, startSlurm } from './slurm.ts'

describe('on Slurm', { skip: missingSlurm }, async () => {
  if (missingSlurm !== false) return
  const cluster = await startSlurm()
  const slurm = underTest({ ...{ kind: 'slurm' }, directory: cluster.directory })
  describeRunnerContract('a job of Slurm', () => Promise.resolve(slurm))
  describeRemoteContract('a job of Slurm', () => Promise.resolve(slurm))

  describeCycles('on Slurm', { ...{ kind: 'slurm' }, directory: cluster.directory })
  describeMlx('on Slurm', { ...{ kind: 'slurm' }, directory: cluster.directory })

  test('a job that waits is seen to wait, and one that the queue refuses says why', async () => {
    const waiting = underTest({ ...{ kind: 'slurm', sbatch: ['--begin=now+1hour'] }, directory: cluster.directory })
    const job = await shellJob('exit 0')
    await waiting.runner().begin(job, () => undefined, never)
    const state = await waiting.runner().observe(job)
    assert.ok(state.status === 'running' && /waits in the queue/.test(state.note ?? ''))
    await waiting.runner().remove(job.record)
    const refused = underTest({ ...{ kind: 'slurm', sbatch: ['--partition=none'] }, directory: cluster.directory })
    const other = await shellJob('exit 0')
    await assert.rejects(
      refused.runner().begin(other, () => undefined, never),
      { code: 'GI-RUNNER-REFUSED', why: /partition/ },
    )
    await refused.runner().remove(other.record)
  })

  test('a controller that is away costs nothing', async () => {
    const job = await shellJob('echo said; while [ ! -f "$1.go" ]; do sleep 0.1; done')
    await slurm.runner().begin(job, () => undefined, never)
    await cluster.stopController()
    const state = await slurm.runner().observe(job)
    assert.ok(state.status === 'running' && /cannot be reached/.test(state.note ?? ''))
    await cluster.startController()
    await writeFile(`${job.counter}.go`, '')
    assert.equal((await ended(slurm.runner(), job)).exitCode, 0)
    assert.equal(startsOf(job), 1)
    await slurm.runner().remove(job.record)
  })
})
