import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, test } from 'node:test'
import { hourMs, linesOf, readyPlace, textOf } from '../cycle/workplace.ts'
import { failing, genesis, genesisJson } from './program.ts'

interface Listed {
  version: number
  digest: string
  items: { id: string; stratum: string; category: string; origin: string; release: string; cycle: string | null; expected: string }[]
  retired: { id: string; reason: string; learningIds: string[] }[]
}

const lines = (...items: object[]): string => items.map((item) => `${JSON.stringify(item)}\n`).join('')

describe('gate list, add and retire, through the program', async () => {
  const place = readyPlace()
  await place.runToEnd()
  const at = ['--home', place.home.root]
  const file = path.join(place.home.root, 'more.jsonl')
  const list = async (): Promise<Listed> => await genesisJson<Listed>(['gate', 'list', ...at])
  const used = place.fates().find(({ fate }) => fate === 'used')?.id ?? ''

  test('list tells every item, its kind, where it came from, and the version of the set', async () => {
    const { items, version, digest } = await list()
    assert.equal(items.length, 140)
    assert.deepEqual([version, digest.length], [1, 64])
    // They failed under the base, and a release is in production since.
    const regression = items.filter(({ stratum }) => stratum === 'regression')
    assert.deepEqual(
      new Set(regression.map(({ origin, release, category }) => `${origin} ${release} ${category}`)),
      new Set(['learning genesis-base fixing']),
    )
    assert.equal(regression.length, 40)
    const { stdout } = await genesis(['gate', 'list', ...at])
    assert.match(stdout, /regression: 40 items\n {2}learning:\w+\n {4}fixing; learning, since genesis-base\n {4}asked {5}fix number/)
    for (const line of stdout.split('\n')) assert.ok(line.length <= 80, line)
    assert.match((await genesis(['gate', 'list', '--home', readyPlace().home.root])).stdout, /No items yet/)
  })

  test('add validates every line, schemas too, and adds nothing when one is wrong', async () => {
    const good = { id: 'own', input: 'Name a prime number', expected: '7' }
    writeFileSync(
      file,
      lines(good, { input: 'Give an object', expected: '{"type":"nonsense"}', grader: 'json-schema' }, { input: 'no answer' }),
    )
    const error = await failing(['gate', 'add', file, ...at], 10, 'GI-ITEMS-INVALID')
    assert.match(error.why ?? '', /line 2: the expected answer is no JSON Schema: .*; line 3: no expected answer/)
    assert.equal(textOf(place.home.userGate), '')
    writeFileSync(file, '')
    await failing(['gate', 'add', file, ...at], 10, 'GI-ITEMS-INVALID')
  })

  test('add refuses what is there already or near what was trained on, names it, and adds the others where asked', async () => {
    writeFileSync(file, lines({ id: 'own', input: 'Name a prime number', expected: '7' }))
    assert.deepEqual(await genesisJson(['gate', 'add', file, ...at]), { added: ['own'], refused: [] })
    const near = { id: 'near', input: `Please, ${used.replace('fix-', 'fix number ')}?`, expected: 'x' }
    writeFileSync(
      file,
      lines({ id: 'again', input: 'name a prime number', expected: '5' }, near, { id: 'new', input: 'Name a colour', expected: 'red' }),
    )
    const before = textOf(place.home.userGate)
    const error = await failing(['gate', 'add', file, ...at], 10, 'GI-ITEMS-REFUSED')
    assert.match(error.why ?? '', new RegExp(`again asks the same as own; near is a near-duplicate of ${used}, which`))
    assert.equal(textOf(place.home.userGate), before)
    const { added } = await genesisJson<{ added: string[] }>(['gate', 'add', file, '--skip-refused', ...at])
    assert.deepEqual(added, ['new'])
    assert.deepEqual(
      (linesOf(place.home.userGate) as { id: string }[]).map(({ id }) => id),
      ['own', 'new'],
    )
    const offered = (await list()).items.filter(({ cycle }) => cycle === null)
    assert.deepEqual(
      offered.map(({ id, stratum }) => [id, stratum]),
      [
        ['user-gate:own', 'gate'],
        ['user-gate:new', 'gate'],
      ],
    )
  })

  test('add refuses everything while nobody can tell what was trained on', async () => {
    const train = path.join(place.home.cycles, place.cycles()[0] ?? '', 'prepare', 'train.jsonl')
    const whole = textOf(train)
    writeFileSync(train, whole.slice(whole.indexOf('\n') + 1))
    writeFileSync(file, lines({ id: 'late', input: 'Name a river', expected: 'Rhine' }))
    const error = await failing(['gate', 'add', file, ...at], 10, 'GI-RELEASE-DAMAGED')
    assert.match(error.why ?? '', /prepare\/train\.jsonl is not what it was made from/)
    writeFileSync(train, whole)
  })

  test('retire takes an item out for ever: neither judged nor trained on, and on record', async () => {
    const [learned] = (await list()).items.filter(({ origin }) => origin === 'learning')
    const id = learned?.id ?? ''
    await failing(['gate', 'retire', id, ...at], 2, 'GI-USAGE')
    const retired = await genesisJson<{ item: { learningIds: string[] }; retired: boolean }>([
      'gate',
      'retire',
      id,
      '--reason',
      'wrong now',
      ...at,
    ])
    assert.equal(retired.retired, true)
    assert.equal((await genesisJson(['gate', 'retire', 'own', '--reason', 'not ours', ...at]))['retired'], true)
    assert.match((await genesis(['gate', 'retire', 'own', '--reason', 'again', ...at])).stdout, /was retired before: not ours/)
    // Under the same id another question is another item.
    const offered = textOf(place.home.userGate)
    writeFileSync(place.home.userGate, lines({ id: 'own', input: 'Name a lake', expected: 'Baikal' }))
    assert.equal((await genesisJson(['gate', 'retire', 'own', '--reason', 'nor this', ...at]))['retired'], true)
    writeFileSync(place.home.userGate, offered)
    const after = await list()
    assert.deepEqual(
      after.retired.map((item) => [item.id, item.reason]),
      [
        [id, 'wrong now'],
        ['user-gate:own', 'not ours'],
        ['user-gate:own', 'nor this'],
      ],
    )
    assert.ok(!after.items.some((item) => item.id === id || item.id === 'user-gate:own'))
    assert.equal(after.version, 2)

    place.nowMs += hourMs
    place.learn(100, 'other')
    await place.runToEnd()
    const prepared = path.join(place.home.cycles, place.cycles()[1] ?? '', 'prepare')
    const learning = retired.item.learningIds[0] ?? ''
    for (const name of ['train.jsonl', 'valid.jsonl', 'pinned.jsonl']) {
      const rows = linesOf(path.join(prepared, name)) as { id: string }[]
      assert.ok(!rows.some((row) => [id, learning, 'user-gate:own'].includes(row.id)), name)
    }
    assert.ok((linesOf(path.join(prepared, 'pinned.jsonl')) as { id: string }[]).some((row) => row.id === 'user-gate:new'))
    await failing(['gate', 'retire', 'learning:none', '--reason', 'x', ...at], 10, 'GI-ITEM-UNKNOWN')
  })

  test('an item that went missing is named, and can be given up', async () => {
    const text = textOf(place.home.pinned)
    const { id } = JSON.parse(text.slice(0, text.indexOf('\n'))) as { id: string }
    writeFileSync(place.home.pinned, text.slice(text.indexOf('\n') + 1))
    const error = await failing(['gate', 'list', ...at], 10, 'GI-HELD-OUT-DAMAGED')
    assert.equal(error.why, `the item ${id} is missing`)
    await genesisJson(['gate', 'retire', id, '--reason', 'lost', ...at])
    assert.ok((await list()).retired.some((item) => item.id === id))
  })
})
