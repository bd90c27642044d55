import { spawn, spawnSync } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import path from 'node:path'
import { after } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from './sshd.ts'

const isThere = (program: string): boolean => spawnSync('which', [program]).status === 0
export const missingSlurm =
  process.getuid?.() === 0 && ['slurmctld', 'slurmd', 'munged', 'mungekey'].every(isThere)
    ? false
    : 'needs root and Slurm (Debian: slurm-wlm munge)'

/** A real Slurm of one node on free loopback ports, without accounting. SLURM_CONF of this process leads to it. */
export async function startSlurm(): Promise<{ directory: string; stopController(): Promise<void>; startController(): Promise<void> }> {
  const place = mkdtempSync(path.join(tmpdir(), 'genesis-slurm-'))
  const at = (name: string): string => path.join(place, name)
  const [host, controllerPort, nodePort] = [hostname().split('.')[0] ?? '', await freePort(), await freePort()]
  for (const name of ['state', 'spool']) mkdirSync(at(name))
  // munged wants every folder above its socket to be readable by all.
  chmodSync(place, 0o755)
  writeFileSync(
    at('slurm.conf'),
    [
      ...['ClusterName=tiny', `SlurmctldHost=${host}(127.0.0.1)`, 'SlurmUser=root', 'SlurmdUser=root'],
      ...['AuthType=auth/munge', `AuthInfo=socket=${at('munge.socket')}`, `SlurmctldPort=${controllerPort}`, `SlurmdPort=${nodePort}`],
      ...[`StateSaveLocation=${at('state')}`, `SlurmdSpoolDir=${at('spool')}`, `SlurmctldPidFile=${at('ctld.pid')}`],
      ...[`SlurmdPidFile=${at('d.pid')}`, `SlurmctldLogFile=${at('ctld.log')}`, `SlurmdLogFile=${at('d.log')}`],
      ...['ProctrackType=proctrack/linuxproc', 'TaskPlugin=task/none', 'SelectType=select/cons_tres', 'SelectTypeParameters=CR_Core'],
      ...['ReturnToService=2', 'MpiDefault=none', 'KillWait=5', 'MinJobAge=5', 'MessageTimeout=2'],
      ...[
        `NodeName=${host} NodeAddr=127.0.0.1 CPUs=2 State=UNKNOWN`,
        `PartitionName=debug Nodes=${host} Default=YES MaxTime=INFINITE State=UP`,
      ],
    ].join('\n'),
  )
  process.env['SLURM_CONF'] = at('slurm.conf')
  const running: ChildProcess[] = []
  const launch = (program: string, args: readonly string[]): ChildProcess => {
    const child = spawn(program, args, { stdio: 'ignore' })
    running.push(child)
    return child
  }
  after(async () => {
    for (const child of running.reverse()) await ended(child)
    rmSync(place, { recursive: true, force: true })
  })
  spawnSync('mungekey', ['-k', at('munge.key'), '-c'])
  launch('munged', [
    ...['--foreground', '--force', `--socket=${at('munge.socket')}`, `--key-file=${at('munge.key')}`],
    ...[`--pid-file=${at('munge.pid')}`, `--log-file=${at('munge.log')}`, `--seed-file=${at('munge.seed')}`],
  ])
  let controller = launch('slurmctld', ['-D', '-f', at('slurm.conf')])
  launch('slurmd', ['-D', '-f', at('slurm.conf')])
  const until = Date.now() + 60_000
  const isReady = (): boolean => /idle/.test(spawnSync('sinfo', ['-h', '-o', '%T'], { timeout: 5000 }).stdout.toString())
  const ready = async (): Promise<void> => {
    while (!isReady()) {
      if (Date.now() > until) throw new Error(['munge.log', 'ctld.log', 'd.log'].map((name) => tail(at(name))).join('\n'))
      await sleep(100)
    }
  }
  await ready()
  return {
    directory: at('jobs'),
    // It saves what it knows when it is told to end.
    stopController: async () => await ended(controller, 'SIGTERM'),
    startController: async () => {
      controller = launch('slurmctld', ['-D', '-f', at('slurm.conf')])
      while (spawnSync('squeue', ['-h'], { timeout: 5000 }).status !== 0) await sleep(100)
    },
  }
}

async function ended(child: ChildProcess, signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = new Promise((resolve) => child.once('exit', resolve))
  child.kill(signal)
  await gone
}

function tail(file: string): string {
  try {
    return readFileSync(file, 'utf8').slice(-1500)
  } catch (error) {
    return `${file}: ${String(error)}`
  }
}
