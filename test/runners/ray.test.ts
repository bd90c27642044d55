import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { describeRemoteContract } from '../contract/remote-contract.ts'
import { describeRunnerContract } from '../contract/runner-contract.ts'
import { describeCycles } from './cycle.ts'
import { describeMlx } from './mlx.ts'
import { startRay } from './ray.ts'
import { underTest } from './settings.ts'

const wanted = process.env['GENESIS_RAY'] === '1' ? false : 'GENESIS_RAY=1 runs it; it installs Ray (about 390 MB) into the cache'

describe('on Ray', { skip: wanted }, async () => {
  if (wanted !== false) return
  const { directory, address: rayAddress } = await startRay()
  const settings = { ...{ kind: 'ray', rayAddress }, directory }
  const ray = underTest(settings)
  describeRunnerContract('a job of Ray', () => Promise.resolve(ray))
  describeRemoteContract('a job of Ray', () => Promise.resolve(ray))
  describeCycles('on Ray', settings)
  describeMlx('on Ray', settings)

  test('an address at which no Ray answers is named', async () => {
    const away = underTest({ ...settings, rayAddress: 'http://127.0.0.1:9' })
    const [problem] = await away.runner().preflight({ program: '/bin/sh', model: {} })
    assert.equal(problem?.code, 'GI-RUNNER-AWAY')
  })
})
