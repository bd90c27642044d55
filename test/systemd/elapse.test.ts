import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, test } from 'node:test'
import type { TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { homeAt } from '../../src/state/home.ts'
import { genesisJson } from '../e2e/program.ts'

// npm run test:systemd: the timer and the hardened service as install-service writes them, under a real systemd, which is process 1 of its own namespaces.
const isPossible = process.platform === 'linux' && process.getuid?.() === 0 && existsSync('/lib/systemd/systemd')

/** A user that every Debian has, with a group of the same name. */
const user = 'daemon'
const userId = 1

/** Starts a systemd with the units and this addition to the timer; gives the home that its service works in. */
async function boot(t: TestContext, timerSettings: string, lastElapse?: Date) {
  const place = mkdtempSync(path.join(tmpdir(), 'genesis-systemd-'))
  const [units, data, stamps, cgroups] = ['units', 'home', 'stamps', 'cgroups'].map((name) => path.join(place, name)) as [
    string,
    string,
    string,
    string,
  ]
  for (const directory of [units, data, stamps, cgroups, path.join(data, 'home')]) mkdirSync(directory)
  const home = homeAt(path.join(data, 'home'))
  chmodSync(place, 0o755)
  chownSync(home.root, userId, userId)
  const args = ['install-service', '--dry-run', '--run-as', user, '--home', '/srv/home']
  const { files } = await genesisJson<{ files: { path: string; text: string }[] }>(args)
  for (const file of files.filter(({ path: name }) => name.startsWith('/etc/systemd/')))
    writeFileSync(path.join(units, path.basename(file.path)), file.text)
  mkdirSync(path.join(units, 'genesis-improve.timer.d'))
  writeFileSync(path.join(units, 'genesis-improve.timer.d', 'test.conf'), `[Unit]\nDefaultDependencies=no\n[Timer]\n${timerSettings}\n`)
  mkdirSync(path.join(units, 'genesis-improve.service.d'))
  writeFileSync(path.join(units, 'genesis-improve.service.d', 'test.conf'), '[Unit]\nDefaultDependencies=no\n')
  writeFileSync(path.join(units, 'boot.target'), '[Unit]\nWants=genesis-improve.timer\n')
  if (lastElapse !== undefined) {
    const stamp = path.join(stamps, 'stamp-genesis-improve.timer')
    writeFileSync(stamp, '')
    utimesSync(stamp, lastElapse, lastElapse)
  }
  spawnSync('mount', ['-t', 'cgroup2', 'none', cgroups])
  const cgroup = path.join(cgroups, path.basename(place))
  mkdirSync(cgroup)
  const script = fileURLToPath(new URL('boot.sh', import.meta.url))
  const namespaces = 'exec unshare --mount --pid --fork --cgroup --uts --ipc --kill-child'
  const started = spawn('sh', ['-c', `echo $$ > ${cgroup}/cgroup.procs; ${namespaces} sh ${script} ${units} ${data} ${stamps}`], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  t.after(async () => {
    const ended = new Promise((resolve) => started.once('exit', resolve))
    started.kill('SIGKILL')
    await ended
    spawnSync('find', [cgroup, '-depth', '-type', 'd', '-exec', 'rmdir', '{}', ';'])
    spawnSync('umount', ['--lazy', cgroups])
    rmSync(place, { recursive: true, force: true })
  })
  return home
}

/** Times of different looks that the state tells of, until there are so many. */
async function looks(stateFile: string, wanted: number): Promise<string[]> {
  const seen = new Set<string>()
  for (let waits = 0; seen.size < wanted && waits < 600; waits += 1) {
    const { last_check_time: at } = existsSync(stateFile)
      ? (JSON.parse(readFileSync(stateFile, 'utf8')) as { last_check_time: string | null })
      : { last_check_time: null }
    if (at !== null) seen.add(at)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  return [...seen]
}

describe('under a real systemd', { skip: isPossible ? false : 'needs Linux, root and systemd' }, () => {
  test('the timer elapses again and again, and the hardened service looks each time, as its user', async (t) => {
    const home = await boot(t, 'OnCalendar=\nOnCalendar=*:*:0/5\nRandomizedDelaySec=0\nAccuracySec=100ms')
    const times = await looks(home.state, 3)
    assert.equal(times.length, 3)
    assert.equal(statSync(home.state).uid, userId)
    t.diagnostic(`looked at ${times.join(', ')}`)
  })

  test('an hour in which the machine was off is made up for at once', async (t) => {
    const home = await boot(t, 'RandomizedDelaySec=0\nAccuracySec=100ms', new Date(Date.now() - 2 * 3_600_000))
    assert.equal((await looks(home.state, 1)).length, 1)
  })
})
