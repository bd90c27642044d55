import path from 'node:path'
import { describe } from 'node:test'
import { Config } from '../../src/config/schema.ts'
import { runnerOf } from '../../src/runners/index.ts'
import { describeRemoteContract } from '../contract/remote-contract.ts'
import { describeRunnerContract } from '../contract/runner-contract.ts'
import { missingSshd, startSshd } from './sshd.ts'

describe('by ssh', { skip: missingSshd }, () => {
  const server = missingSshd === false ? startSshd() : undefined
  const prepare = async () => {
    const { host, configFile: sshConfig, directory } = (await server) ?? { host: '', configFile: '', directory: '' }
    const runner = (more?: object) => {
      const settings = { runner: { kind: 'ssh', host, sshConfig, directory }, ...more }
      return runnerOf(Config.parse({ trainer: { kind: 'command', command: { program: '/bin/sh' }, ...settings } }).trainer)
    }
    return { runner, jobs: path.join(directory, 'jobs') }
  }
  describeRunnerContract('another machine', prepare)
  describeRemoteContract('another machine', prepare)
})
