import assert from 'node:assert/strict'
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { GenesisError } from '../../src/errors.ts'
import { countLearnings } from '../../src/learnings/counting.ts'
import { spansOfList } from '../../src/learnings/cut-entries.ts'
import { simulateLearnings } from '../../src/learnings/simulated-learnings.ts'
import { removeSimulated, writeSimulatedLearnings } from '../../src/learnings/simulation.ts'
import type { Home } from '../../src/state/home.ts'
import { correction, impatient, temporaryHome } from './temporary-home.ts'

const force = { force: true, patience: impatient }
const refused = (error: unknown) => error instanceof GenesisError && error.code === 'GI-SIMULATION-REFUSED'
const isMissing = async (file: string) => await assert.rejects(stat(file), { code: 'ENOENT' })

async function counts(home: Home) {
  const { waiting, simulated, real } = await countLearnings(home, { patience: impatient })
  return { waiting, simulated, real }
}

describe('simulated learnings', () => {
  test('are as many usable ones as asked for, all different and marked', async (t) => {
    const home = await temporaryHome(t)
    await writeSimulatedLearnings(home, 1000, 1)
    const { usable, total, simulated, byKind, outcomes } = await countLearnings(home)
    assert.deepEqual([usable, total, simulated, outcomes], [1000, 1000, 1000, { successes: 0, failures: 0 }])
    assert.ok(byKind.correction > 500 && byKind.error > 100 && byKind.pattern > 50 && byKind.success === 0)
    const all = [...simulateLearnings(1000, 1)]
    assert.equal(new Set(all.map(({ input }) => input)).size, 1000)
    assert.deepEqual(new Set(all.map(({ category }) => category)), new Set(['api-wrapper', 'sql-query', 'self-edit', 'execution-feedback']))
  })
  test('are the same for the same seed, others for another, and a smaller count is the beginning of a larger', () => {
    assert.deepEqual([...simulateLearnings(20, 7)], [...simulateLearnings(50, 7)].slice(0, 20))
    assert.notDeepEqual([...simulateLearnings(20, 7)], [...simulateLearnings(20, 8)])
  })
  test('of an earlier call are replaced: the home holds exactly the last number', async (t) => {
    const home = await temporaryHome(t)
    for (const [number, seed] of [
      [99, 1],
      [100, 1],
      [10, 2],
    ] as const) {
      await writeSimulatedLearnings(home, number, seed)
      assert.deepEqual(await counts(home), { waiting: number, simulated: number, real: 0 })
    }
  })
})

describe('a home with real ones or a release', () => {
  for (const [title, files] of [
    ['a real learning in the .json', { json: JSON.stringify([correction('a')]) }],
    ['a real learning in the .jsonl', { jsonl: `${JSON.stringify(correction('a'))}\n` }],
    ['a broken line', { jsonl: '{"id"\n' }],
    ['a .json that holds something else', { json: '{"entries":[1]}' }],
  ] as const) {
    test(`${title} refuses, and stays as it was`, async (t) => {
      const home = await temporaryHome(t, files)
      await assert.rejects(writeSimulatedLearnings(home, 5, 1), refused)
      if ('json' in files) assert.equal(await readFile(home.learningsJson, 'utf8'), files.json)
      else await isMissing(home.learningsJson)
    })
  }
  test('a release refuses', async (t) => {
    const home = await temporaryHome(t)
    await mkdir(path.join(home.models, 'genesis-20260101-000000'), { recursive: true })
    await assert.rejects(writeSimulatedLearnings(home, 5, 1), refused)
    await writeSimulatedLearnings(home, 5, 1, force)
    assert.equal((await counts(home)).waiting, 5)
  })
  test('a .json that does not parse is never replaced, not even by force', async (t) => {
    const home = await temporaryHome(t, { json: '{"learnings":[{' })
    await assert.rejects(
      writeSimulatedLearnings(home, 5, 1, force),
      (error: unknown) => error instanceof GenesisError && error.code === 'GI-LEARNINGS-UNREADABLE',
    )
    assert.equal(await readFile(home.learningsJson, 'utf8'), '{"learnings":[{')
  })
  test('forced, what the owner wrote stays byte for byte', async (t) => {
    const json = ` {"owner": "x", "learnings": [ ${JSON.stringify(correction('a'))} ]}\n`
    const home = await temporaryHome(t, { json })
    await writeSimulatedLearnings(home, 5, 1, force)
    assert.equal(await readFile(home.learningsJson, 'utf8'), json)
    assert.deepEqual(await counts(home), { waiting: 6, simulated: 5, real: 1 })
    await writeSimulatedLearnings(home, 3, 1, force)
    assert.deepEqual(await counts(home), { waiting: 4, simulated: 3, real: 1 })
  })
})

describe('removing', () => {
  test('leaves an empty home empty', async (t) => {
    const home = await temporaryHome(t)
    await writeSimulatedLearnings(home, 5, 1)
    await writeFile(home.simulatedPinned, '{}\n')
    await writeFile(home.holdoutDecisions, '{"digest":"a"}\n{"digest":"b","simulated":true}\nbroken\n')
    assert.equal(await removeSimulated(home), 5)
    await isMissing(home.learningsJson)
    await isMissing(home.simulatedPinned)
    assert.equal(await readFile(home.holdoutDecisions, 'utf8'), '{"digest":"a"}\nbroken\n')
    assert.equal(await removeSimulated(home), 0)
  })
  test('takes only the simulated ones out of what others wrote into', async (t) => {
    const home = await temporaryHome(t)
    const simulated = [...simulateLearnings(3, 1)].map((entry) => JSON.stringify(entry))
    const real = JSON.stringify(correction('a'))
    await writeFile(home.learningsJson, `{"v":1,"learnings":[${[simulated[0], real, simulated[1]].join(' , ')}],"end":2}`)
    await writeFile(home.learningsJsonl, `${real}\r\nbroken\n${simulated[2]}\n`)
    assert.equal(await removeSimulated(home, impatient), 3)
    assert.equal(await readFile(home.learningsJson, 'utf8'), `{"v":1,"learnings":[${real}],"end":2}`)
    assert.equal(await readFile(home.learningsJsonl, 'utf8'), `${real}\r\nbroken\n`)
  })
  test('any choice of entries of any list leaves a list of the others', () => {
    fc.assert(
      fc.property(fc.array(fc.record({ value: fc.nat(), isChosen: fc.boolean() })), (entries) => {
        let text = '['
        const places = entries.map(({ value, isChosen }, index) => {
          const start = text.length + (index === 0 ? 0 : 2)
          text += `${index === 0 ? '' : ', '}${value}`
          return { start, end: text.length, isChosen }
        })
        text += ']'
        let kept = ''
        let from = 0
        for (const { start, end } of spansOfList(places)) {
          kept += text.slice(from, start)
          from = end
        }
        assert.deepEqual(
          JSON.parse(kept + text.slice(from)),
          entries.filter(({ isChosen }) => !isChosen).map(({ value }) => value),
        )
      }),
    )
  })
})
