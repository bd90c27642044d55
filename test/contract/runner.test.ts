import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after } from 'node:test'
import { Config } from '../../src/config/schema.ts'
import { localRunner } from '../../src/runners/local.ts'
import { machineHere } from '../../src/runners/machine-here.ts'
import type { RunnerLimits } from '../../src/runners/port.ts'
import { RemoteRunner } from '../../src/runners/remote.ts'
import { directStart } from '../../src/runners/ssh.ts'
import { describeRemoteContract } from './remote-contract.ts'
import { describeRunnerContract } from './runner-contract.ts'

const limits = (runner: object, more: object = {}): RunnerLimits =>
  Config.parse({ trainer: { kind: 'command', command: { program: '/bin/sh' }, runner, ...more } }).trainer

describeRunnerContract('this machine', () => Promise.resolve({ runner: (more) => localRunner(limits({}, more)), jobs: null }))

/** Everything of a remote runner but the way to another machine. */
const around = await mkdtemp(path.join(tmpdir(), 'genesis-runners-'))
after(() => rm(around, { recursive: true, force: true }))
const apart = () =>
  Promise.resolve({
    runner: (more?: object) =>
      new RemoteRunner('on this machine', machineHere, directStart(machineHere), limits({ kind: 'ssh', directory: around }, more)),
    jobs: path.join(around, 'jobs'),
  })

describeRunnerContract('a folder and a shell', apart)
describeRemoteContract('a folder and a shell', apart)
