import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { packageRoot } from '../../src/system/package-root.ts'
import { temporaryDirectory } from './program.ts'

/** npm as the one that runs the tests, without its script hooks: the program was built before the tests. */
function npm(directory: string, ...args: string[]): string {
  const { status, stdout, stderr } = spawnSync('npm', args, { cwd: directory, encoding: 'utf8', shell: process.platform === 'win32' })
  assert.equal(status, 0, stderr)
  return stdout
}

test('the packed tarball installs elsewhere without development dependencies, and runs', { timeout: 300_000 }, (t) => {
  const directory = temporaryDirectory(t)
  const [packed] = JSON.parse(npm(packageRoot(), 'pack', '--ignore-scripts', '--json', '--pack-destination', directory)) as [
    { filename: string; files: { path: string }[] },
  ]
  const names = packed.files.map(({ path: name }) => name)
  for (const needed of [
    'dist/genesis-improve.cjs',
    'dist/execa.cjs',
    'dist/ora.cjs',
    'dist/merge-thread.js',
    'dist/engine-worker.cjs',
    'bin/genesis-improve.js',
    'data/retention-general.jsonl',
    'data/demo/base-f16.gguf',
    'genesis-improve.schema.json',
    'README.md',
    'LICENSE',
  ])
    assert.ok(names.includes(needed), `${needed} is not packed`)
  assert.deepEqual(
    names.filter((name) => /^(src|test|bench|scripts)\//.test(name)),
    [],
  )

  const elsewhere = path.join(directory, 'elsewhere')
  mkdirSync(elsewhere)
  writeFileSync(path.join(elsewhere, 'package.json'), '{"private":true}')
  npm(elsewhere, 'install', path.join(directory, packed.filename), '--omit=dev', '--prefer-offline', '--no-audit', '--no-fund')

  const environment = { PATH: process.env['PATH'], HOME: directory, GENESIS_ENGINE_DIR: path.join(directory, 'engine') }
  const installed = path.join(elsewhere, 'node_modules', '.bin', 'genesis-improve')
  const run = (...args: string[]): string => {
    const { status, stdout, stderr } = spawnSync(installed, args, {
      cwd: elsewhere,
      env: environment,
      encoding: 'utf8',
      shell: process.platform === 'win32',
    })
    assert.equal(status, 0, `${args.join(' ')}: ${stdout}${stderr}`)
    return stdout
  }
  assert.match(run('--version'), /^\d+\.\d+\.\d+\n$/)
  assert.match(run('status'), /genesis-base/)
  assert.match(run('init', '--demo', '--home', 'demo'), /is a demo home/)
  assert.match(run('status', '--home', 'demo'), /yes: Enough learnings/)
  assert.match(run('simulate-learnings', '3'), /3 of 100 learnings/)
  assert.match(run('check', '--once'), /Nothing is due/)
})
