import assert from 'node:assert/strict'
import { chmod, mkdtemp, readdir, rename, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, test } from 'node:test'
import type { Problem } from '../../src/problem.ts'
import { problemsOfFile } from '../../src/state/checked-file.ts'
import { homeAt } from '../../src/state/home.ts'
import type { Home } from '../../src/state/home.ts'
import { asUnprivileged } from '../fakes/unprivileged.ts'

let home: Home
let file: string
let checks = 0
let found: Problem[] = []
beforeEach(async () => {
  home = homeAt(await mkdtemp(path.join(tmpdir(), 'genesis-checked-')))
  file = path.join(home.root, 'items.jsonl')
  await writeFile(file, 'one')
  checks = 0
  found = []
})
afterEach(() => rm(home.root, { recursive: true, force: true }))

const problem: Problem = { code: 'GI-ITEMS-INVALID', what: 'Something is wrong.', remedy: 'Mend it.' }
const look = (name = 'items'): Promise<Problem[]> =>
  problemsOfFile(home, name, file, () => {
    checks += 1
    return Promise.resolve(found)
  })

test('a file without problems is checked once, until its content changes', async () => {
  assert.deepEqual([await look(), await look(), checks], [[], [], 1])
  await writeFile(file, 'another')
  found = [problem]
  assert.deepEqual([await look(), checks], [[problem], 2])
})

test('a file of the same size that was put in its place, or has another time, is another one', async () => {
  await look()
  await writeFile(`${file}.new`, 'two')
  await rename(`${file}.new`, file)
  await look()
  await utimes(file, 1, 1)
  await look()
  assert.equal(checks, 3)
})

test('problems are looked for again each time', async () => {
  found = [problem]
  assert.deepEqual([await look(), await look(), checks], [[problem], [problem], 2])
  found = []
  assert.deepEqual([await look(), await look(), checks], [[], [], 3])
})

test('another check of the same file is a check of its own', async () => {
  await look()
  await look('other')
  await look()
  assert.equal(checks, 2)
})

test('a missing file has no problems and is not checked', async () => {
  await rm(file)
  assert.deepEqual([await look(), checks], [[], 0])
})

test('in a home that cannot be written it is checked each time', async () => {
  await chmod(home.root, 0o555)
  await asUnprivileged(async () => {
    await look()
    await look()
  })
  await chmod(home.root, 0o755)
  assert.equal(checks, 2)
  assert.deepEqual(await readdir(home.root), ['items.jsonl'])
})
