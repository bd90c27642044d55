import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, test } from 'node:test'
import { packageRoot } from '../../src/system/package-root.ts'
import { failing, genesis, genesisJson, temporaryDirectory, temporaryHome } from './program.ts'

const units = ['genesis-improve-api.service', 'genesis-improve-daemon.service', 'genesis-improve.service', 'genesis-improve.timer']
const analyze = spawnSync('systemd-analyze', ['--version']).status === 0

describe('install-service', () => {
  test("--user writes the units with this machine's paths; uninstall-service takes away just those", async (t) => {
    const home = temporaryHome(t)
    const configuration = path.join(temporaryDirectory(t), 'with a space')
    const environment = { XDG_CONFIG_HOME: configuration }
    const directory = path.join(configuration, 'systemd', 'user')
    for (let round = 0; round < 2; round += 1) {
      const { code, stdout } = await genesis(['install-service', '--user', '--home', home.root], { environment })
      assert.equal(code, 0)
      assert.match(stdout, /systemctl --user enable --now genesis-improve\.timer/)
    }
    assert.deepEqual(readdirSync(directory).sort(), units)
    const text = readFileSync(path.join(directory, 'genesis-improve.service'), 'utf8')
    const [, node, program] = /^ExecStart=(\S+) (\S+) check --until-idle$/m.exec(text) ?? []
    assert.deepEqual([node, program], [process.execPath, path.join(packageRoot(), 'bin', 'genesis-improve.js')])
    assert.match(text, new RegExp(`^WorkingDirectory=${home.root}$`, 'm'))

    writeFileSync(path.join(directory, 'genesis-improve-api.service'), '[Service]\nExecStart=/bin/true\n')
    assert.match(
      (await failing(['install-service', '--user', '--home', home.root], 10, 'GI-OUTPUT-EXISTS', { environment })).what,
      /api\.service/,
    )
    const { removed } = await genesisJson<{ removed: string[] }>(['uninstall-service', '--user'], { environment })
    assert.equal(removed.length, 3)
    assert.deepEqual(readdirSync(directory), ['genesis-improve-api.service'])
    assert.deepEqual(await genesisJson(['uninstall-service', '--user'], { environment }), { removed: [] })
  })

  test(
    'systemd finds nothing to complain of, also where paths hold spaces and signs',
    { skip: analyze ? false : 'no systemd-analyze' },
    async (t) => {
      const odd = path.join(temporaryDirectory(t), 'a home, 100% "mine" $HOME')
      mkdirSync(odd)
      for (const manager of ['--user', '--system']) {
        const options = manager === '--user' ? ['--user'] : ['--run-as', 'daemon']
        const { files } = await genesisJson<{ files: { path: string; text: string }[] }>([
          'install-service',
          '--dry-run',
          '--home',
          odd,
          ...options,
        ])
        const directory = temporaryDirectory(t)
        const written = files.map(({ path: place, text }) => {
          const file = path.join(directory, path.basename(place))
          writeFileSync(file, text)
          return file
        })
        const checked = written.filter((file) => !file.endsWith('.conf'))
        assert.equal(checked.length, 4)
        const { status, stderr } = spawnSync('systemd-analyze', ['verify', manager, ...checked], {
          encoding: 'utf8',
          env: { ...process.env, XDG_RUNTIME_DIR: directory },
        })
        assert.equal(status, 0, stderr)
        assert.deepEqual(
          stderr.split('\n').filter((line) => line.includes('genesis-improve')),
          [],
        )
      }
    },
  )

  test('a name that no user has, and a path over two lines, are refused before anything is written', async (t) => {
    await failing(['install-service', '--dry-run', '--run-as', 'root\nExecStart=/bin/sh'], 2, 'GI-USAGE')
    const home = path.join(temporaryDirectory(t), 'one\nExecStart=/bin/sh')
    await failing(['install-service', '--dry-run', '--home', home], 10, 'GI-HOME-UNUSABLE')
  })

  test('--dry-run shows all of it and writes nothing', async (t) => {
    const home = temporaryHome(t)
    const environment = { XDG_CONFIG_HOME: path.join(home.root, 'none') }
    const { code, stdout } = await genesis(['install-service', '--user', '--dry-run', '--home', home.root], { environment })
    assert.equal(code, 0)
    for (const unit of units) assert.match(stdout, new RegExp(`^# .*/${unit}$`, 'm'))
    assert.equal(existsSync(environment.XDG_CONFIG_HOME), false)
    const system = await genesisJson<{ written: boolean; files: { path: string; text: string }[] }>([
      'install-service',
      '--dry-run',
      '--run-as',
      'me',
    ])
    assert.equal(system.written, false)
    assert.equal(system.files.length, 5)
    assert.ok(system.files.every(({ path: place }) => place.startsWith('/etc/')))
    assert.match(system.files.map(({ text }) => text).join(''), /^User=me$/m)
  })
})
