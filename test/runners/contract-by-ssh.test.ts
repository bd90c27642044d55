import { describe } from 'node:test'
import { describeRemoteContract } from '../contract/remote-contract.ts'
import { describeRunnerContract } from '../contract/runner-contract.ts'
import { underTest } from './settings.ts'
import { missingSshd, startSshd } from './sshd.ts'

describe('by ssh', { skip: missingSshd }, async () => {
  if (missingSshd !== false) return
  const { host, configFile: sshConfig, directory } = await startSshd()
  const forge = underTest({ ...{ kind: 'ssh', host, sshConfig }, directory })
  describeRunnerContract('another machine', () => Promise.resolve(forge))
  describeRemoteContract('another machine', () => Promise.resolve(forge))
})
