import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import path from 'node:path'
import { describe, test } from 'node:test'
import { packageRoot } from '../../src/system/package-root.ts'
import { commandLine, quoted } from '../../src/service/unit-text.ts'
import { serviceUnits, unitNames, userFile } from '../../src/service/units.ts'
import type { ServicePlace } from '../../src/service/units.ts'

const place: ServicePlace = {
  manager: 'system',
  program: ['/opt/node 20/bin/node', '/opt/genesis/bin/genesis-improve.js'],
  home: '/var/lib/genesis-improve',
  engineDirectory: '/var/cache/genesis-improve/engine',
  user: 'trainer',
  environmentFile: '/etc/genesis-improve/environment',
}

/** The values of a setting in a unit, in their order. */
function valuesOf(name: (typeof unitNames)[number], setting: string, at: ServicePlace = place): string[] {
  const text = serviceUnits(at).find((unit) => unit.name === name)?.text ?? ''
  return [...text.matchAll(new RegExp(`^${setting}=(.*)$`, 'gm'))].map(([, value = '']) => value)
}

describe('the words of a unit', () => {
  test('are quoted where they hold spaces or quotes, and a percent sign stands for itself', () => {
    assert.equal(quoted('/opt/node'), '/opt/node')
    assert.equal(quoted('/opt/my node'), '"/opt/my node"')
    assert.equal(quoted('say "x"\\'), '"say \\"x\\"\\\\"')
    assert.equal(quoted('100%'), '100%%')
  })
  test('a dollar sign is doubled in a command line only, where it would stand for a variable', () => {
    assert.equal(commandLine(['/a$b', 'c']), '"/a$$b" c')
    assert.equal(quoted('a$b'), '"a$b"')
  })
})

describe('the units', () => {
  test('the timer looks every hour, makes up for what was missed, and is spread', () => {
    assert.deepEqual(valuesOf('genesis-improve.timer', 'OnCalendar'), ['hourly'])
    assert.deepEqual(valuesOf('genesis-improve.timer', 'Persistent'), ['true'])
    assert.deepEqual(valuesOf('genesis-improve.timer', 'RandomizedDelaySec'), ['5min'])
  })
  test('the look has time limits and no limits on memory; another one at work is no failure', () => {
    const name = 'genesis-improve.service'
    assert.deepEqual(valuesOf(name, 'Type'), ['oneshot'])
    assert.deepEqual(valuesOf(name, 'ExecStart'), ['"/opt/node 20/bin/node" /opt/genesis/bin/genesis-improve.js check --until-idle'])
    assert.deepEqual(valuesOf(name, 'SuccessExitStatus'), ['11 130'])
    assert.deepEqual([...valuesOf(name, 'TimeoutStartSec'), ...valuesOf(name, 'TimeoutStopSec')], ['48h', '2min'])
    assert.deepEqual(valuesOf(name, 'MemoryMax'), [])
    assert.deepEqual(valuesOf(name, 'User'), ['trainer'])
  })
  test('the process that stays excludes the timer, is started again after a failure, and is kept small', () => {
    const name = 'genesis-improve-daemon.service'
    assert.deepEqual(valuesOf(name, 'Type'), ['exec'])
    assert.deepEqual(valuesOf(name, 'Restart'), ['on-failure'])
    assert.deepEqual(valuesOf(name, 'Conflicts'), ['genesis-improve.timer'])
    assert.deepEqual([...valuesOf(name, 'MemoryMax'), ...valuesOf(name, 'CPUQuota')], ['2G', '100%'])
  })
  test("what lies in systemd's own places is made by it; elsewhere it is made writable", () => {
    const name = 'genesis-improve-api.service'
    assert.deepEqual(
      [...valuesOf(name, 'StateDirectory'), ...valuesOf(name, 'CacheDirectory')],
      ['genesis-improve', 'genesis-improve/engine'],
    )
    assert.deepEqual(valuesOf(name, 'ReadWritePaths'), [])
    const elsewhere = { ...place, home: '/data/my home', engineDirectory: '/var/library' }
    assert.deepEqual(valuesOf(name, 'ReadWritePaths', elsewhere), ['"-/data/my home"', '-/var/library'])
    assert.deepEqual(valuesOf(name, 'StateDirectory', elsewhere), [])
    assert.deepEqual(valuesOf(name, 'WorkingDirectory', elsewhere), ['/data/my home'])
  })
  test('those of a user name no user and ask for nothing that needs root', () => {
    for (const name of unitNames)
      for (const setting of ['User', 'ProtectSystem', 'CapabilityBoundingSet', 'PrivateDevices'])
        assert.deepEqual(valuesOf(name, setting, { ...place, manager: 'user' }), [], `${name} ${setting}`)
    assert.deepEqual(valuesOf('genesis-improve-api.service', 'WantedBy', { ...place, manager: 'user' }), ['default.target'])
  })
  test('the user has the home as its directory', () => {
    assert.match(userFile(place).text, /^u trainer - "genesis-improve" \/var\/lib\/genesis-improve$/m)
  })
})

const analyze = spawnSync('systemd-analyze', ['--version']).status === 0
const withAnalyze = { skip: analyze ? false : 'systemd-analyze is not installed' }

test('an exposure of at most 2.5, as "systemd-analyze security" counts it', withAnalyze, () => {
  const services = readdirSync(path.join(packageRoot(), 'systemd')).filter((name) => name.endsWith('.service'))
  assert.equal(services.length, 3)
  for (const name of services) {
    const unit = path.join('systemd', name)
    const { status, stdout, stderr } = spawnSync('systemd-analyze', ['security', '--offline=true', '--no-pager', '--threshold=25', unit], {
      cwd: packageRoot(),
      encoding: 'utf8',
    })
    assert.equal(status, 0, `${stdout}${stderr}`)
  }
})
