import type { Machine } from './machine.ts'

/** This machine, as one of those from which jobs are submitted. */
export const machineHere: Machine = {
  name: 'this machine',
  reach: (line) => ({ file: 'sh', args: ['-c', line], passOn: ['SLURM_CONF', 'USER', 'LOGNAME'] }),
  unreached: () => null,
}
