import assert from 'node:assert/strict'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, describe, test } from 'node:test'
import { installEngine } from '../../src/engine/install.ts'
import { enginePaths } from '../../src/engine/engine-directory.ts'
import { enginePackage, enginePackages, engineVersion } from '../../src/engine/packages.ts'
import { engineStatus, requireEngine } from '../../src/engine/status.ts'

const root = await mkdtemp(path.join(tmpdir(), 'genesis-install-'))
after(() => rm(root, { recursive: true, force: true }))
const never = new AbortController().signal

/** A program that is called as npm is. It writes what npm would leave, a line for each call, and behaves as `how` says. */
async function fakeNpm(name: string, how = ''): Promise<{ npm: [string, string]; calls: () => Promise<number> }> {
  const file = path.join(root, `${name}.cjs`)
  const log = path.join(root, `${name}.log`)
  await writeFile(log, '')
  await writeFile(
    file,
    `const fs = require('fs'), path = require('path')
    fs.appendFileSync(${JSON.stringify(log)}, 'called\\n')
    const args = process.argv.slice(2), prefix = args[args.indexOf('--prefix') + 1]
    ${how}
    for (const wanted of args.slice(args.indexOf('--prefix') + 2)) {
      const at = wanted.lastIndexOf('@'), name = wanted.slice(0, at), directory = path.join(prefix, 'node_modules', name)
      fs.mkdirSync(path.join(directory, 'bin'), { recursive: true })
      fs.writeFileSync(path.join(directory, 'package.json'), JSON.stringify({ name, version: wanted.slice(at + 1) }))
      fs.writeFileSync(path.join(directory, 'bin', process.platform === 'win32' ? 'bare.exe' : 'bare'), '', { mode: 0o644 })
      if (name === ${JSON.stringify(enginePackage)})
        for (const platform of [process.platform + '-' + process.arch, 'android-arm64']) fs.mkdirSync(path.join(directory, 'prebuilds', platform), { recursive: true })
    }`,
  )
  return { npm: [process.execPath, file], calls: async () => (await readFile(log, 'utf8')).split('\n').length - 1 }
}

let directories = 0
const freshDirectory = (): string => path.join(root, `engine-${(directories += 1)}`)

describe('installing the engine', () => {
  test('exact versions are fetched, verified and put in their place, with the size said before', async () => {
    const directory = freshDirectory()
    const { npm } = await fakeNpm('well')
    assert.deepEqual(
      (await engineStatus(directory)).problems.map(({ code }) => code),
      ['GI-ENGINE-MISSING'],
    )
    await assert.rejects(requireEngine(directory), { code: 'GI-ENGINE-MISSING' })
    const said: string[] = []
    const status = await installEngine({ directory, npm, signal: never, report: (text) => said.push(text) })
    assert.deepEqual([status.installed, status.version, status.problems], [true, engineVersion, []])
    assert.match(said[0] ?? '', /668 MB/)
    for (const [name, version] of Object.entries(enginePackages(process.platform, process.arch)))
      assert.ok(said[1]?.includes(`${name}@${version}`))
    await requireEngine(directory)
    assert.deepEqual((await readdir(directory)).sort(), ['.install.lock', `llm-llamacpp-${engineVersion}`])
    const prebuilds = path.join(enginePaths(directory).prefix, 'node_modules', enginePackage, 'prebuilds')
    assert.deepEqual(await readdir(prebuilds), [`${process.platform}-${process.arch}`], 'builds for other platforms take no space')
  })

  test('where it is installed already nothing is fetched', async () => {
    const directory = freshDirectory()
    const { npm, calls } = await fakeNpm('once')
    await installEngine({ directory, npm, signal: never, report: () => undefined })
    await installEngine({ directory, npm, signal: never, report: () => assert.fail('it said something') })
    assert.equal(await calls(), 1)
  })

  test('of two at once one installs and the other waits for it', async () => {
    const directory = freshDirectory()
    const { npm, calls } = await fakeNpm('slow', 'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500)')
    const both = await Promise.all([1, 2].map(() => installEngine({ directory, npm, signal: never, report: () => undefined })))
    assert.deepEqual(
      both.map(({ installed }) => installed),
      [true, true],
    )
    assert.equal(await calls(), 1)
  })

  test('what a killed installation left is removed, and the next one succeeds', async () => {
    const directory = freshDirectory()
    await mkdir(path.join(directory, '.staging-1-dead', 'node_modules'), { recursive: true })
    const { npm } = await fakeNpm('after')
    assert.equal((await installEngine({ directory, npm, signal: never, report: () => undefined })).installed, true)
    assert.ok(!(await readdir(directory)).includes('.staging-1-dead'))
  })

  test('an installation that is not whole is repaired', async () => {
    const directory = freshDirectory()
    const { npm } = await fakeNpm('repair')
    await installEngine({ directory, npm, signal: never, report: () => undefined })
    await rm(enginePaths(directory).runtime)
    const broken = await engineStatus(directory)
    assert.deepEqual([broken.installed, broken.problems.length], [false, 1])
    assert.equal((await installEngine({ directory, npm, signal: never, report: () => undefined })).installed, true)
  })

  test('an engine of another version is named, and replaced by installing', async () => {
    const directory = freshDirectory()
    const other = path.join(directory, 'llm-llamacpp-0.1.0', 'node_modules', enginePackage)
    await mkdir(other, { recursive: true })
    await writeFile(path.join(other, 'package.json'), '{"version":"0.1.0"}')
    const { version, problems } = await engineStatus(directory)
    assert.equal(version, '0.1.0')
    assert.equal(problems[0]?.code, 'GI-ENGINE-VERSION')
    const { npm } = await fakeNpm('newer')
    assert.equal((await installEngine({ directory, npm, signal: never, report: () => undefined })).version, engineVersion)
  })

  test("no npm, a failing npm and a full disk are named with npm's own words, and leave nothing behind", async () => {
    const expectations: [string, [string, ...string[]], string, RegExp][] = [
      ['no npm', [path.join(root, 'no-such-npm')], 'GI-ENGINE-INSTALL', /could not be started \(ENOENT\)/],
      [
        'no network',
        (await fakeNpm('offline', 'console.error("npm error code ENOTFOUND"); process.exit(1)')).npm,
        'GI-ENGINE-INSTALL',
        /exit code 1\nnpm error code ENOTFOUND/,
      ],
      [
        'full disk',
        (await fakeNpm('full', 'console.error("npm error ENOSPC: no space left on device"); process.exit(228)')).npm,
        'GI-DISK-FULL',
        /ENOSPC/,
      ],
      ['nothing fetched', (await fakeNpm('empty', 'process.exit(0)')).npm, 'GI-ENGINE-INSTALL', /left a file out/],
    ]
    for (const [title, npm, code, why] of expectations) {
      const directory = freshDirectory()
      await assert.rejects(
        installEngine({ directory, npm, signal: never, report: () => undefined }),
        (error: { code?: string; why?: string; temporary?: boolean }) => {
          assert.equal(error.code, code, title)
          assert.match(error.why ?? '', why, title)
          return error.temporary === true
        },
      )
      assert.deepEqual(await readdir(directory), ['.install.lock'], title)
    }
  })

  test('it can be interrupted', async () => {
    const directory = freshDirectory()
    const stop = new AbortController()
    const { npm } = await fakeNpm('endless', 'setInterval(() => {}, 1000); return')
    const installing = installEngine({
      directory,
      npm,
      signal: stop.signal,
      report: (text) => text.startsWith('Fetching') && setTimeout(() => stop.abort(), 300),
    })
    await assert.rejects(installing, { code: 'GI-INTERRUPTED' })
    assert.deepEqual(await readdir(directory), ['.install.lock'])
  })
})
