import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { chmod, mkdir, mkdtemp, readFile, readdir, readlink, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { fileOf } from '../../src/runtimes/file-of.ts'
import { directoryServing } from '../../src/serving/directory.ts'
import type { Serving } from '../../src/serving/port.ts'
import { digestText } from '../../src/state/files.ts'
import { homeAt } from '../../src/state/home.ts'
import type { Home } from '../../src/state/home.ts'
import { mountSmallDisk, unmount } from '../fakes/full-disk.ts'
import { makeArtefact } from '../fakes/release.ts'
import { asUnprivileged } from '../fakes/unprivileged.ts'

const first = 'genesis-20250101-000000'
const second = 'genesis-20250102-000000'

let home: Home
let serving: Serving
beforeEach(async () => {
  home = homeAt(await mkdtemp(path.join(tmpdir(), 'genesis-directory-')))
  serving = directoryServing(home)
})
afterEach(() => rm(home.root, { recursive: true, force: true }))

const current = (): string => path.join(home.models, 'current')

async function stage(name: string, content: string): Promise<string> {
  const directory = path.join(home.cycles, 'attempt')
  await makeArtefact(directory, name, content)
  return fileOf(await serving.stage(name, directory))
}

test('a release lies under its own name with its record, Modelfile and sums that sha256sum agrees with', async (context) => {
  await stage(first, 'one')
  const directory = path.join(home.models, first)
  assert.deepEqual((await readdir(directory)).sort(), ['Modelfile', 'SHA256SUMS', 'model.gguf', 'release.json'])
  if (spawnSync('sha256sum', ['--version']).error) return context.skip('there is no sha256sum here')
  const check = spawnSync('sha256sum', ['--check', '--strict', 'SHA256SUMS'], { cwd: directory })
  assert.equal(check.status, 0, String(check.stderr))
})

test('current is a relative link, so that a home can be moved', async () => {
  await stage(first, 'one')
  await serving.activate(first)
  assert.equal(await readlink(current()), first)
  const moved = homeAt(`${home.root}-moved`)
  await rename(home.root, moved.root)
  assert.equal((await directoryServing(moved).served())?.name, first)
  await rename(moved.root, home.root)
})

test('while production is switched, every look finds one release or the other', async () => {
  await stage(first, 'one')
  await stage(second, 'two')
  await serving.activate(first)
  const seen = new Set<string>()
  let switching = true
  const look = async (): Promise<void> => {
    while (switching) seen.add((await readFile(path.join(current(), 'model.gguf'), 'utf8')) + ((await serving.served())?.name ?? 'nothing'))
  }
  const looking = look()
  for (let round = 0; round < 100; round += 1) await serving.activate(round % 2 === 0 ? second : first)
  switching = false
  await looking
  assert.ok(![...seen].some((text) => text.includes('nothing') || !/^(one|two)genesis-/.test(text)))
})

test('staging clears what a kill left behind, and so does switching', async () => {
  await mkdir(path.join(home.models, `.${first}.1-aa.tmp`), { recursive: true })
  await symlink(first, path.join(home.models, '.current.1-aa.tmp'))
  await stage(first, 'one')
  await serving.activate(first)
  assert.deepEqual((await readdir(home.models)).sort(), ['current', first])
})

test('staging leaves no directory behind it', async () => {
  await stage(first, 'one')
  assert.deepEqual(await readdir(home.cycles), [])
})

describe('weights that are not what was recorded', () => {
  test('an artefact that its sums contradict is not staged', async () => {
    const directory = path.join(home.cycles, 'attempt')
    await makeArtefact(directory, first, 'one')
    await writeFile(path.join(directory, 'model.gguf'), 'spoilt')
    await assert.rejects(serving.stage(first, directory), { code: 'GI-RELEASE-DAMAGED', exitCode: 10 })
    assert.equal(await serving.locate(first), null)
  })

  test('an artefact without weights, or without sums, is not staged', async () => {
    const directory = path.join(home.cycles, 'attempt')
    await assert.rejects(serving.stage(first, directory), { code: 'GI-RELEASE-DAMAGED' })
    await makeArtefact(directory, first, 'one')
    await rm(path.join(directory, 'SHA256SUMS'))
    await assert.rejects(serving.stage(first, directory), { code: 'GI-RELEASE-DAMAGED' })
  })

  test('a release changed after it was staged is not activated', async () => {
    const file = await stage(first, 'one')
    await writeFile(file, 'spoilt')
    await assert.rejects(serving.activate(first), { code: 'GI-RELEASE-DAMAGED' })
    assert.equal(await serving.served(), null)
  })

  test('what is served is told by the file, also when it was changed behind our back', async () => {
    const file = await stage(first, 'one')
    await serving.activate(first)
    assert.equal((await serving.served())?.digest, digestText('one'))
    await writeFile(file, 'changed')
    assert.deepEqual(await serving.served(), { name: first, digest: digestText('changed') })
  })

  test('a digest is taken again only when inode, size or time changed', async () => {
    const file = await stage(first, 'one')
    const when = new Date('2025-01-01T00:00:00Z')
    await utimes(file, when, when)
    assert.equal((await serving.locate(first))?.digest, digestText('one'))
    // Same inode, size and time: the stored digest is taken, which shows that the file is not read again.
    await writeFile(file, 'two')
    await utimes(file, when, when)
    assert.equal((await serving.locate(first))?.digest, digestText('one'))
    await utimes(file, when, new Date('2025-01-01T00:00:01Z'))
    assert.equal((await serving.locate(first))?.digest, digestText('two'))
  })

  test('a damaged or unwritable cache of digests does no harm', async () => {
    await stage(first, 'one')
    const digests = path.join(home.cache, 'digests')
    for (const entry of await readdir(digests)) await writeFile(path.join(digests, entry), '{"identity":')
    assert.equal((await serving.locate(first))?.digest, digestText('one'))
    await rm(home.cache, { recursive: true })
    await writeFile(home.cache, 'in the way')
    assert.equal((await serving.locate(first))?.digest, digestText('one'))
  })
})

describe('links and other things in the way', () => {
  test('a release or weights that are a link are refused', async () => {
    const outside = path.join(home.root, 'outside')
    await makeArtefact(outside, first, 'one')
    await mkdir(home.models, { recursive: true })
    await symlink(outside, path.join(home.models, first))
    const damaged = { code: 'GI-RELEASE-DAMAGED' }
    await assert.rejects(serving.locate(first), damaged)
    await assert.rejects(serving.activate(first), damaged)
    await assert.rejects(serving.discard(first), damaged)
    const directory = path.join(home.cycles, 'attempt')
    await makeArtefact(directory, first, 'one')
    await assert.rejects(serving.stage(first, directory), damaged)
    await rm(path.join(directory, 'model.gguf'))
    await symlink(path.join(outside, 'model.gguf'), path.join(directory, 'model.gguf'))
    await assert.rejects(serving.stage(second, directory), damaged)
    assert.equal(await readFile(path.join(outside, 'model.gguf'), 'utf8'), 'one')
  })

  for (const [name, make] of [
    ['leads out of data/models', () => symlink('/tmp', current())],
    ['leads to no name of a release', () => symlink('mine', current())],
    ['is a directory', () => mkdir(current())],
    ['is a file', () => writeFile(current(), '')],
    ['leads to a release whose weights are gone', () => symlink(second, current())],
  ] as const) {
    test(`a current that ${name} is reported, not followed`, async () => {
      await stage(first, 'one')
      await make()
      await assert.rejects(serving.served(), { code: 'GI-RELEASE-DAMAGED', exitCode: 10 })
    })
  }

  test('a current that is no link is reported before any work', async () => {
    await mkdir(current(), { recursive: true })
    assert.deepEqual(
      (await serving.preflight()).map(({ code }) => code),
      ['GI-RELEASE-DAMAGED'],
    )
  })
})

describe('what the system refuses', () => {
  test('a read-only home can be read; a switch says that it can not be written', async () => {
    await stage(first, 'one')
    await stage(second, 'two')
    await serving.activate(first)
    for (const directory of [home.root, home.data, home.models, path.join(home.models, first), path.join(home.models, second)])
      await chmod(directory, 0o555)
    for (const name of [first, second]) {
      for (const file of ['model.gguf', 'Modelfile', 'SHA256SUMS']) await chmod(path.join(home.models, name, file), 0o444)
    }
    await asUnprivileged(async () => {
      assert.deepEqual(await serving.served(), { name: first, digest: digestText('one') })
      await assert.rejects(serving.activate(second), { code: 'GI-HOME-READ-ONLY', exitCode: 10 })
      await assert.rejects(serving.activate(null), { code: 'GI-HOME-READ-ONLY' })
      await assert.rejects(serving.discard(second), { code: 'GI-HOME-READ-ONLY' })
    })
    for (const directory of [home.root, home.data, home.models, path.join(home.models, first), path.join(home.models, second)])
      await chmod(directory, 0o755)
  })

  test('an artefact on another disk is copied whole, then moved; a full disk leaves nothing half', async (context) => {
    await mkdir(home.models, { recursive: true })
    if (!mountSmallDisk(home.models, '256k')) return context.skip('mounting needs root')
    try {
      await stage(first, 'one')
      assert.equal((await serving.locate(first))?.digest, digestText('one'))
      const directory = path.join(home.cycles, 'big')
      await makeArtefact(directory, second, 'x'.repeat(1 << 20))
      await assert.rejects(serving.stage(second, directory), { code: 'GI-DISK-FULL', exitCode: 12 })
      assert.equal(await serving.locate(second), null)
      assert.equal((await serving.locate(first))?.digest, digestText('one'))
      await makeArtefact(directory, second, 'two')
      assert.equal((await serving.stage(second, directory)).digest, digestText('two'))
      assert.deepEqual((await readdir(home.models)).sort(), [first, second])
    } finally {
      unmount(home.models)
    }
  })
})
