import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { renderModelfile } from '../../src/serving/modelfile.ts'
import { releasesToPrune } from '../../src/serving/prune.ts'
import { damagedReleases, listReleases, readRelease, updateRelease } from '../../src/serving/release-files.ts'
import { parseSums } from '../../src/serving/sums.ts'
import { homeAt } from '../../src/state/home.ts'
import type { Home } from '../../src/state/home.ts'
import { readState } from '../../src/state/store.ts'
import { makeArtefact, releaseRecord } from '../fakes/release.ts'

const first = 'genesis-20250101-000000'
const second = 'genesis-20250102-000000'

let home: Home
beforeEach(async () => {
  home = homeAt(await mkdtemp(path.join(tmpdir(), 'genesis-release-')))
})
afterEach(() => rm(home.root, { recursive: true, force: true }))
const add = (name: string): Promise<void> => makeArtefact(path.join(home.models, name), name, 'weights')

describe('records', () => {
  test('are listed oldest first; none is an empty list', async () => {
    assert.deepEqual(await listReleases(home), [])
    await add(second)
    await add(first)
    assert.deepEqual(
      (await listReleases(home)).map(({ name }) => name),
      [first, second],
    )
  })

  test('are changed field by field; one that is not there is an error', async () => {
    await add(first)
    const deployedAt = '2025-01-01T05:00:00.000Z'
    await updateRelease(home, first, { deployedAt, previous: 'genesis-base', improvementScore: 0.9 })
    const record = await readRelease(home, first)
    assert.equal(record?.deployedAt, deployedAt)
    assert.equal(record.cycle, 'cycle-20250101-000000')
    assert.equal(await readRelease(home, second), null)
    await assert.rejects(updateRelease(home, second, { deployedAt }), { code: 'GI-RELEASE-UNKNOWN', exitCode: 10 })
  })

  test('are what a lost state is rebuilt from', async () => {
    await add(first)
    await updateRelease(home, first, { deployedAt: '2025-01-01T05:00:00.000Z', improvementScore: 0.9 })
    const { state } = await readState(home)
    assert.equal(state.current_model, first)
    assert.equal(state.improvement_score, 0.9)
  })

  test('that are damaged are named, and do not hide the others', async () => {
    await add(first)
    await add(second)
    const file = path.join(home.models, second, 'release.json')
    for (const content of ['', '{"name":', 'null', '{}', JSON.stringify(releaseRecord(first))]) {
      await writeFile(file, content)
      await assert.rejects(readRelease(home, second), { code: 'GI-RELEASE-DAMAGED', exitCode: 10 }, content)
      assert.deepEqual(
        (await listReleases(home)).map(({ name }) => name),
        [first],
      )
      assert.deepEqual(
        (await damagedReleases(home)).map(({ name }) => name),
        [second],
      )
    }
    await rm(file)
    await mkdir(file)
    await assert.rejects(readRelease(home, second), { code: 'GI-RELEASE-DAMAGED' })
  })
})

test('a Modelfile says what the model was evaluated with, quoted where it has several lines', () => {
  assert.equal(renderModelfile({}), 'FROM ./model.gguf\nPARAMETER temperature 0\n')
  assert.equal(
    renderModelfile({
      systemPrompt: 'Answer\nin "one" word.',
      template: '{{ .Prompt }}',
      stop: ['<|im_end|>', '<|endoftext|>'],
      contextLength: 1024,
    }),
    [
      'FROM ./model.gguf',
      'TEMPLATE "{{ .Prompt }}"',
      'SYSTEM """Answer',
      'in "one" word."""',
      'PARAMETER temperature 0',
      'PARAMETER num_ctx 1024',
      'PARAMETER stop "<|im_end|>"',
      'PARAMETER stop "<|endoftext|>"',
      '',
    ].join('\n'),
  )
  assert.throws(() => renderModelfile({ systemPrompt: 'three """ quotes' }), RangeError)
  assert.throws(() => renderModelfile({ systemPrompt: 'say "yes"' }), RangeError)
})

test('SHA256SUMS is read in both of its forms, by exact name', () => {
  const sum = 'ab'.repeat(32)
  assert.equal(parseSums(`${sum}  model.gguf\n`).get('model.gguf'), sum)
  assert.equal(parseSums(`${sum} *model.gguf\r\n`).get('model.gguf'), sum)
  assert.equal(parseSums(`${sum}  other-model.gguf\n`).get('model.gguf'), undefined)
  assert.equal(parseSums('').get('model.gguf'), undefined)
})

describe('whose weights are freed', () => {
  const day = (number: number): string => `2025-01-0${number}T00:00:00.000Z`
  const deployed = (name: string, number: number, previous: string, rolledBackAt: string | null = null) => ({
    name,
    deployedAt: day(number),
    rolledBackAt,
    previous,
  })
  const releases = [deployed('a', 1, 'genesis-base'), deployed('b', 2, 'a'), deployed('c', 3, 'b'), deployed('d', 4, 'c')]

  test('all but the newest three releases', () => {
    assert.deepEqual(releasesToPrune(releases, 'd', 3), ['a'])
  })

  test('never what is served nor what a rollback would go back to, however old', () => {
    assert.deepEqual(releasesToPrune(releases, 'b', 2), [])
    assert.deepEqual(releasesToPrune(releases, 'a', 2), ['b'])
  })

  test('candidates that were never deployed and releases that were rolled back count for nothing', () => {
    const candidate = { name: 'x', deployedAt: null, rolledBackAt: null, previous: null }
    assert.deepEqual(releasesToPrune([...releases, deployed('e', 5, 'd', day(6)), candidate], 'd', 3), ['a', 'e', 'x'])
  })

  test('with the base served, the newest are kept all the same', () => {
    assert.deepEqual(releasesToPrune(releases, null, 2), ['a', 'b'])
  })
})
