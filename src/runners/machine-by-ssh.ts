import { GenesisError } from '../errors.ts'
import type { Machine } from './machine.ts'

/** What OpenSSH's client ends with when it, and not the command, failed. */
const sshFailed = 255

/** Another machine, through OpenSSH's own client: keys, jump hosts and known hosts are as the user has them. It never asks anything. */
export function machineBySsh(host: string, configFile: string | undefined): Machine {
  const options = ['BatchMode=yes', 'ConnectTimeout=10', 'ServerAliveInterval=15', 'ServerAliveCountMax=4']
  return {
    name: host,
    reach: (line) => ({
      file: 'ssh',
      args: [
        ...(configFile === undefined ? [] : ['-F', configFile]),
        ...options.flatMap((option) => ['-o', option]),
        ...['-T', '-x', '--', host, line],
      ],
      passOn: ['SSH_AUTH_SOCK', 'SSH_AGENT_PID', 'USER', 'LOGNAME', 'KRB5CCNAME'],
    }),
    unreached: (exitCode, said) => {
      // Ended by a signal: somebody killed the client, so nobody knows how it went there.
      if (exitCode !== sshFailed && exitCode !== null) return null
      const why = said.trim().split('\n').at(-1)?.slice(0, 300) || 'the connection ended'
      const isDenied = /Permission denied|Host key verification failed|Too many authentication failures|no mutual signature/i.test(said)
      return isDenied
        ? new GenesisError('GI-RUNNER-DENIED', { what: `${host} refuses this user by ssh.`, why })
        : new GenesisError('GI-RUNNER-AWAY', { what: `${host} cannot be reached by ssh.`, why })
    },
  }
}
