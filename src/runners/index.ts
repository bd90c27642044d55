import { GenesisError } from '../errors.ts'
import { problemOf } from '../problem.ts'
import { localRunner } from './local.ts'
import type { Machine } from './machine.ts'
import { machineBySsh } from './machine-by-ssh.ts'
import { machineHere } from './machine-here.ts'
import type { Runner, RunnerLimits } from './port.ts'
import { rayQueue } from './ray.ts'
import { RemoteRunner } from './remote.ts'
import { slurmQueue } from './slurm.ts'
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
  slurm: (limits) => {
    const machine = submitHost(limits)
    return new RemoteRunner(`on Slurm of ${machine.name}`, machine, slurmQueue(machine, limits.runner.sbatch), limits)
  },
  ray: (limits) => new RemoteRunner(`on Ray at ${limits.runner.rayAddress}`, submitHost(limits), rayQueue(limits.runner), limits),
} satisfies Record<RunnerLimits['runner']['kind'], (limits: RunnerLimits) => Runner>

export const runnerOf = (limits: RunnerLimits): Runner => runners[limits.runner.kind](limits)

/** Where the folder of the jobs lies and a queue is spoken to: this machine unless another is named. */
const submitHost = ({ runner: { host, sshConfig } }: RunnerLimits): Machine =>
  host === undefined ? machineHere : machineBySsh(host, sshConfig)

const noHost = new GenesisError('GI-RUNNER-UNUSABLE', {
  what: 'No machine is named to train on.',
  remedy: 'Set "trainer.runner.host", or FORGE_HOST.',
})
const refuse = (): Promise<never> => Promise.reject(noHost)

/** Stands in where the machine is not known yet. */
const nowhere: Runner = {
  ...{ place: 'on another machine', isHere: false, ask: refuse, begin: refuse, observe: refuse, fetch: refuse, again: refuse },
  preflight: () => Promise.resolve([problemOf(noHost)]),
  remove: () => Promise.resolve(),
}
