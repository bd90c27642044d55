import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import path from 'node:path'
import { after } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'

/** A real sshd on a free loopback port, with keys of its own and a home directory of its own behind it. */
export interface Sshd {
  /** The name under which `configFile` knows it. */
  host: string
  configFile: string
  /** Where jobs lie. */
  directory: string
  /** Ends the server with every connection, and starts it again. */
  stop(): Promise<void>
  start(): Promise<void>
}

const sshd = '/usr/sbin/sshd'
export const missingSshd = spawnSync(sshd, ['-V']).error === undefined ? false : 'needs sshd (Debian: openssh-server)'

export async function startSshd(): Promise<Sshd> {
  const place = mkdtempSync(path.join(tmpdir(), 'genesis-sshd-'))
  const at = (name: string): string => path.join(place, name)
  for (const key of ['host', 'user']) spawnSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', at(key)])
  const port = await freePort()
  mkdirSync('/run/sshd', { recursive: true })
  writeFileSync(at('authorized_keys'), readFileSync(at('user.pub')), { mode: 0o600 })
  writeFileSync(
    at('sshd_config'),
    [
      ...[
        `Port ${port}`,
        'ListenAddress 127.0.0.1',
        `HostKey ${at('host')}`,
        `PidFile ${at('pid')}`,
        `AuthorizedKeysFile ${at('authorized_keys')}`,
      ],
      ...['PasswordAuthentication no', 'KbdInteractiveAuthentication no', 'UsePAM no', 'StrictModes no', 'MaxStartups 100'],
    ].join('\n'),
  )
  const [type = '', key = ''] = readFileSync(at('host.pub'), 'utf8').split(' ')
  writeFileSync(at('known_hosts'), `[127.0.0.1]:${port} ${type} ${key}\n`)
  writeFileSync(
    at('config'),
    [
      ...['Host forge', 'HostName 127.0.0.1', `Port ${port}`, `User ${userInfo().username}`, `IdentityFile ${at('user')}`],
      ...['IdentitiesOnly yes', `UserKnownHostsFile ${at('known_hosts')}`, 'GlobalKnownHostsFile /dev/null', 'StrictHostKeyChecking yes'],
    ].join('\n'),
  )
  let server = launch()
  function launch() {
    return spawn(sshd, ['-D', '-f', at('sshd_config'), '-E', at('log')], { stdio: 'ignore' })
  }
  const start = async (): Promise<void> => {
    if (server.exitCode !== null || server.signalCode !== null) server = launch()
    while (!(await answers(port))) await sleep(50)
  }
  const stop = async (): Promise<void> => {
    if (server.exitCode !== null || server.signalCode !== null) return
    const gone = new Promise((resolve) => server.once('exit', resolve))
    // Its sessions are processes of their own, and children of it.
    const sessions = spawnSync('ps', ['-o', 'pid=', '--ppid', String(server.pid)])
      .stdout.toString()
      .trim()
      .split(/\s+/)
      .filter(Boolean)
    server.kill('SIGKILL')
    await gone
    for (const pid of sessions) spawnSync('kill', ['-9', pid])
  }
  after(async () => {
    await stop()
    rmSync(place, { recursive: true, force: true })
  })
  await start()
  return { host: 'forge', configFile: at('config'), directory: at('jobs'), stop, start }
}

async function answers(port: number): Promise<boolean> {
  return await new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}

export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
