import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, test } from 'node:test'
import { verify } from '../../src/cycle/verify.ts'
import { readyPlace } from './workplace.ts'
import type { Workplace } from './workplace.ts'

async function problemsOf(place: Workplace): Promise<string[]> {
  const { releases, served, pinned } = await verify(place.workshop, place.config, { all: true })
  return [...releases, served, pinned].flatMap(({ problems }) => problems)
}

const replaceIn = (file: string, from: string | RegExp, to: string): void =>
  writeFileSync(file, readFileSync(file, 'utf8').replace(from, to))

describe('after a whole cycle', async () => {
  const deployed = readyPlace()
  await deployed.runToEnd()
  const cycle = deployed.cycles()[0] ?? ''
  const release = cycle.replace('cycle-', 'genesis-')

  test('everything is what was recorded, and sha256sum agrees', async (t) => {
    assert.deepEqual(await problemsOf(deployed), [])
    if (spawnSync('sha256sum', ['--version']).error) return t.skip('there is no sha256sum here')
    const directory = path.join(deployed.home.models, release)
    assert.equal(spawnSync('sha256sum', ['--check', '--strict', 'SHA256SUMS'], { cwd: directory }).status, 0)
  })

  test('a record of the cycle that was changed is named', async () => {
    const place = deployed.copy()
    replaceIn(path.join(place.home.cycles, cycle, 'prepare', 'train.jsonl'), 'answer', 'poison')
    assert.deepEqual(await problemsOf(place), [`data/cycles/${cycle}/prepare/train.jsonl is not what the journal says`])
  })

  test('another model with sums and a record to match still disagrees with the journal of its cycle', async () => {
    const place = deployed.copy()
    const directory = path.join(place.home.models, release)
    const before = /([0-9a-f]{64}) {2}model\.gguf/.exec(readFileSync(path.join(directory, 'SHA256SUMS'), 'utf8'))?.[1] ?? ''
    writeFileSync(path.join(directory, 'model.gguf'), 'another model')
    // Of "another model", by sha256sum.
    const other = spawnSync('sha256sum', ['model.gguf'], { cwd: directory, encoding: 'utf8' }).stdout.slice(0, 64)
    replaceIn(path.join(directory, 'SHA256SUMS'), before, other)
    replaceIn(path.join(directory, 'release.json'), before, other)
    assert.deepEqual(await problemsOf(place), [
      `data/models/${release}/release.json and the journal of ${cycle} name different digests for the model`,
    ])
  })

  test('a pinned item that was edited is named', async () => {
    const place = deployed.copy()
    replaceIn(place.home.pinned, /"expected":"[^"]*"/, '"expected":"poison"')
    assert.match((await problemsOf(place)).join(), /pinned\.jsonl is not as it was written\. the item .* was edited/)
  })
})
