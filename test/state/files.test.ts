import assert from 'node:assert/strict'
import { chmod, mkdir, mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { appendLines, digestFile, digestText, makeDirectory, readTextIfPresent, writeFileAtomic } from '../../src/state/files.ts'
import { onFullDisk } from '../fakes/full-disk.ts'
import { asUnprivileged } from '../fakes/unprivileged.ts'

let directory: string
beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'genesis-files-'))
})
afterEach(() => rm(directory, { recursive: true, force: true }))
const file = (): string => path.join(directory, 'file')

describe('replacing a file', () => {
  test('makes the directories it needs, for this user only', async () => {
    const deep = path.join(directory, 'a', 'b')
    await writeFileAtomic(deep, 'x')
    assert.equal(await readFile(deep, 'utf8'), 'x')
    assert.equal((await stat(deep)).mode & 0o777, 0o600)
    assert.equal((await stat(path.dirname(deep))).mode & 0o777, 0o700)
  })

  test('many at once leave one whole content and no temporary file', async () => {
    const contents = Array.from({ length: 20 }, (_, index) => String(index).repeat(10_000))
    await Promise.all(contents.map((content) => writeFileAtomic(file(), content)))
    assert.ok(contents.includes(await readFile(file(), 'utf8')))
    assert.deepEqual(await readdir(directory), ['file'])
  })

  test('what can not be written is told as such, and leaves the old content', async () => {
    await writeFile(file(), 'old')
    await onFullDisk(() => assert.rejects(writeFileAtomic(file(), 'new'), { code: 'GI-DISK-FULL', exitCode: 12, temporary: true }))
    await chmod(directory, 0o555)
    await asUnprivileged(async () => {
      await assert.rejects(writeFileAtomic(file(), 'new'), { code: 'GI-HOME-READ-ONLY', exitCode: 10 })
      await assert.rejects(makeDirectory(path.join(directory, 'inside')), { code: 'GI-HOME-READ-ONLY' })
    })
    await chmod(directory, 0o755)
    assert.equal(await readFile(file(), 'utf8'), 'old')
    assert.deepEqual(await readdir(directory), ['file'])
  })

  test('a directory in its place is an error that is passed on, without rubbish left', async () => {
    await mkdir(file())
    await assert.rejects(writeFileAtomic(file(), 'new'), { code: 'EISDIR' })
    assert.deepEqual(await readdir(directory), ['file'])
  })
})

describe('appending lines', () => {
  test('creates the file, then adds to it', async () => {
    await appendLines(file(), ['a', 'b'])
    await appendLines(file(), ['c'])
    assert.equal(await readFile(file(), 'utf8'), 'a\nb\nc\n')
  })

  test('closes a line that a crash cut short, so that it spoils itself only', async () => {
    await writeFile(file(), 'whole\n{"cut')
    await appendLines(file(), ['next'])
    assert.equal(await readFile(file(), 'utf8'), 'whole\n{"cut\nnext\n')
  })

  test('on a full disk is a temporary error', async () => {
    await onFullDisk(() => assert.rejects(appendLines(file(), ['a']), { code: 'GI-DISK-FULL', exitCode: 12 }))
  })
})

test('a digest is SHA-256 in hexadecimal, of a file as of a text', async () => {
  // "abc": the first test vector of FIPS 180-2.
  const abc = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'
  await writeFile(file(), 'abc')
  assert.equal(await digestFile(file()), abc)
  assert.equal(digestText('abc'), abc)
})

test('a file that is not there reads as undefined', async () => {
  assert.equal(await readTextIfPresent(file()), undefined)
})
