import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, describe, test } from 'node:test'
import { pythonTrainers } from '../../src/config/python-trainer.ts'
import { isSupported, pythonIn } from '../../src/python/environment.ts'
import { installTrainer } from '../../src/python/install.ts'
import { trainerPackages } from '../../src/python/packages.ts'
import { trainerStatus } from '../../src/python/status.ts'
import { packageRoot } from '../../src/system/package-root.ts'

const root = mkdtempSync(path.join(tmpdir(), 'genesis-trainers-'))
after(() => rmSync(root, { recursive: true, force: true }))
const signal = new AbortController().signal
const { version } = trainerPackages.mlx

/** A program that is called as uv is, and leaves what uv would; `how` runs before that. */
function fakeUv(name: string, how = ''): { uv: [string, string]; calls: () => string[] } {
  const [file, log] = [path.join(root, `${name}.cjs`), path.join(root, `${name}.log`)]
  writeFileSync(log, '')
  writeFileSync(
    file,
    `const fs = require('fs'), path = require('path'), args = process.argv.slice(2)
    fs.appendFileSync(${JSON.stringify(log)}, args.join(' ') + '\\n')
    ${how}
    if (args[0] === 'venv') {
      const python = path.join(args.at(-1), process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python')
      fs.mkdirSync(path.dirname(python), { recursive: true })
      fs.writeFileSync(python, '')
    } else {
      const environment = path.dirname(path.dirname(args[args.indexOf('--python') + 1]))
      fs.mkdirSync(path.join(environment, 'lib/python3.12/site-packages/mlx_lm-${version}.dist-info'), { recursive: true })
    }`,
  )
  return { uv: [process.execPath, file], calls: () => readFileSync(log, 'utf8').trim().split('\n') }
}

describe('installing a trainer', () => {
  test('says its size, fetches what the lock file says by its hashes, and is done once', async () => {
    const directory = path.join(root, 'well')
    const { uv, calls } = fakeUv('well')
    assert.deepEqual((await trainerStatus(directory, 'mlx')).version, null)
    const said: string[] = []
    const status = await installTrainer({ name: 'mlx', directory, uv, signal, report: (text) => said.push(text) })
    assert.deepEqual([status.installed, status.version, status.python], [true, version, pythonIn(path.join(directory, 'mlx'))])
    assert.match(said[0] ?? '', /MLX-LM .* it needs about 0\.23 GB of disk/)
    assert.match(calls()[1] ?? '', /--require-hashes --requirement \S+mlx\.txt$/)
    await installTrainer({ name: 'mlx', directory, uv, signal, report: () => assert.fail('it was installed again') })
    assert.equal(calls().length, 2)
  })

  test('that fails leaves nothing behind, and gives the last words of uv', async () => {
    const directory = path.join(root, 'badly')
    const { uv } = fakeUv('badly', "if (args[0] === 'pip') { console.error('hash mismatch'); process.exit(2) }")
    await assert.rejects(installTrainer({ name: 'mlx', directory, uv, signal, report: () => undefined }), {
      ...{ code: 'GI-TRAINER-INSTALL', temporary: true },
      why: `${path.basename(process.execPath)} ended with status 2\nhash mismatch`,
    })
    assert.equal(existsSync(path.join(directory, 'mlx')), false)
  })

  test('without uv fails loudly', async () => {
    const missing = installTrainer({
      name: 'mlx',
      directory: path.join(root, 'none'),
      uv: ['/missing/uv'],
      signal,
      report: () => undefined,
    })
    await assert.rejects(missing, { code: 'GI-TRAINER-INSTALL', temporary: false })
  })
})

test('every trainer has a lock file with its own version and a hash for each package', () => {
  for (const name of pythonTrainers) {
    const pins = readFileSync(path.join(packageRoot(), 'data', 'trainers', `${name}.txt`), 'utf8')
    const { distribution, version: own } = trainerPackages[name]
    assert.match(pins, new RegExp(`^${distribution.replaceAll('_', '[-_]')}==${own.replaceAll('.', '\\.')} `, 'm'))
    for (const pinned of pins.split(/\n(?=\S)/).filter((part) => /^[\w.-]+==/.test(part))) assert.match(pinned, /--hash=sha256:/)
  }
})

test('a version is supported from the tested one on, until the next that may break', () => {
  const bounds = { version: '0.32.2', below: '1.0' }
  const versions = ['0.32.1', '0.32.2', '0.32.10', '0.33', '1.0.0', '1.0rc1', '2.1']
  assert.deepEqual(
    versions.filter((candidate) => isSupported(candidate, bounds)),
    ['0.32.2', '0.32.10', '0.33'],
  )
})
