import { GenesisError } from '../errors.ts'
import { problemOf } from '../problem.ts'
import { localRunner } from './local.ts'
import { machineBySsh } from './machine-by-ssh.ts'
import type { Runner, RunnerLimits } from './port.ts'
import { RemoteRunner } from './remote.ts'
import { directStart } from './ssh.ts'

/** Every runner by its kind in the configuration. */
const runners = {
  local: localRunner,
  ssh: (limits) => {
    const { host, sshConfig } = limits.runner
    if (host === undefined) return nowhere
    const machine = machineBySsh(host, sshConfig)
    return new RemoteRunner(`on ${host}`, machine, directStart(machine), limits)
  },
} satisfies Partial<Record<RunnerLimits['runner']['kind'], (limits: RunnerLimits) => Runner>>

export const runnerOf = (limits: RunnerLimits): Runner => runners[limits.runner.kind as 'ssh'](limits)

const noHost = new GenesisError('GI-RUNNER-UNUSABLE', {
  what: 'No machine is named to train on.',
  remedy: 'Set "trainer.runner.host", or FORGE_HOST.',
})
const refuse = (): Promise<never> => Promise.reject(noHost)

/** Stands in where the machine is not known yet. */
const nowhere: Runner = {
  ...{ place: 'on another machine', isHere: false, begin: refuse, observe: refuse, fetch: refuse, again: refuse },
  preflight: () => Promise.resolve([problemOf(noHost)]),
  remove: () => Promise.resolve(),
}
