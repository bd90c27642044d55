import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { describe, test } from 'node:test'
import { ended, never, shellJob, startsOf } from '../contract/runner-contract.ts'
import { describeCycles } from './cycle.ts'
import { describeMlx } from './mlx.ts'
import { underTest } from './settings.ts'
import { missingSshd, startSshd } from './sshd.ts'

describe('by ssh', { skip: missingSshd }, async () => {
  if (missingSshd !== false) return
  const server = await startSshd()
  const { host, configFile: sshConfig, directory } = server
  const forge = underTest({ ...{ kind: 'ssh', host, sshConfig }, directory })

  describeCycles('on a machine by ssh', { ...{ kind: 'ssh', host, sshConfig }, directory })
  describeMlx('on a machine by ssh', { ...{ kind: 'ssh', host, sshConfig }, directory })

  test('a job goes on while its machine cannot be reached, and is found again', async () => {
    const { runner } = forge
    const job = await shellJob('echo said; while [ ! -f "$1.go" ]; do sleep 0.1; done')
    await runner().begin(job, () => undefined, never)
    await server.stop()
    await runner().begin(job, () => assert.fail(), never)
    const state = await runner().observe(job)
    assert.ok(state.status === 'running' && /cannot be reached/.test(state.note ?? ''))
    await assert.rejects(runner().remove(job.record), { code: 'GI-RUNNER-AWAY', temporary: true })
    assert.equal((await runner().preflight({ program: '/bin/sh', model: {} }))[0]?.code, 'GI-RUNNER-AWAY')
    await server.start()
    await writeFile(`${job.counter}.go`, '')
    assert.equal((await ended(runner(), job)).exitCode, 0)
    assert.equal(startsOf(job), 1)
    await runner().remove(job.record)
  })

  test('a key that is not accepted, and a host that nobody knows, are named as such', async () => {
    const strange = underTest({ ...{ kind: 'ssh', host: `nobody@${host}`, sshConfig }, directory })
    const [problem] = await strange.runner().preflight({ program: '/bin/sh', model: {} })
    assert.equal(problem?.code, 'GI-RUNNER-DENIED')
  })

  test('a program and a model that are not there are named with the machine', async () => {
    const problems = await forge.runner().preflight({ program: '/nowhere/train', model: { there: '/nowhere/model' } })
    assert.deepEqual(
      problems.map(({ code, what }) => [code, /forge/.test(what)]),
      [
        ['GI-TRAINER-MISSING', true],
        ['GI-TRAINER-MISSING', true],
      ],
    )
  })
})
