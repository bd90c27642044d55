import assert from 'node:assert/strict'
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import type { Home } from '../../src/state/home.ts'
import { canChangeUser, failing, genesis, genesisJson, temporaryHome } from './program.ts'

interface StatusDocument {
  learnings_since_training: number
  unusable: { count: number; reasons: { code: string; count: number }[] }
}

const good = '{"input":"q","correction":"a"}'
const list = (...entries: string[]): string => `{"learnings":[${entries.join(',')}]}`

const status = async (home: Home): Promise<StatusDocument> => await genesisJson<StatusDocument>(['status', '--home', home.root])

describe('what can be read is counted, and what cannot be used is named', () => {
  for (const [what, content, waiting, unusable] of [
    ['a missing file', undefined, 0, {}],
    ['an empty file', '', 0, {}],
    ['a byte order mark', `\ufeff${list(good)}`, 1, {}],
    ['Windows line ends', list(`\r\n${good}`, `\r\n${good.replace('"q"', '"r"')}\r\n`), 2, {}],
    ['null', 'null', 0, {}],
    ['an empty list', '[]', 0, {}],
    ['a bare list', `[${good}]`, 1, {}],
    ['an entry that is a number', list('7', good), 1, { 'not-an-object': 1 }],
    ['lone surrogates', list('{"input":"q","correction":"half \\ud83d"}', good), 1, { 'lone-surrogates': 1 }],
    ['an answer of 2 MB', list(`{"input":"long","correction":"${'x'.repeat(2 << 20)}"}`, good), 1, { 'too-long': 1 }],
    ['a time in the future', list('{"input":"q","correction":"a","timestamp":"2999-01-01T00:00:00Z"}'), 1, {}],
  ] as const) {
    test(what, async (t) => {
      const home = temporaryHome(t, content === undefined ? {} : { learnings: content })
      // Emptied just now, its writer would be midway.
      if (content === '') utimesSync(home.learningsJson, 1, 1)
      const { learnings_since_training: counted, unusable: bad } = await status(home)
      assert.equal(counted, waiting)
      assert.deepEqual(Object.fromEntries(bad.reasons.map(({ code, count }) => [code, count])), unusable)
      assert.equal((await genesis(['check', '--once', '--home', home.root])).code, 0)
      if (content === undefined) assert.equal(existsSync(home.learningsJson), false)
      else assert.equal(readFileSync(home.learningsJson, 'utf8'), content, 'the file is not touched')
    })
  }
})

describe('what does not parse may be half written: exit 12 (check waits some seconds first, status does not), the file is untouched, and the next call goes on', () => {
  for (const [what, content] of [
    ['truncated', list(good, good).slice(0, -20)],
    ['followed by rubbish', `${list(good)}}`],
  ] as const) {
    test(what, async (t) => {
      const home = temporaryHome(t, { learnings: content })
      const [looked, checked] = await Promise.all([
        failing(['status', '--home', home.root], 12, 'GI-LEARNINGS-UNREADABLE'),
        failing(['check', '--once', '--home', home.root], 12, 'GI-LEARNINGS-UNREADABLE'),
      ])
      assert.ok(looked.why !== undefined && checked.why !== undefined)
      assert.equal(readFileSync(home.learningsJson, 'utf8'), content)
      // What we record ourselves does not wait for the other program's file.
      assert.equal((await genesisJson(['learn', '--input', 'mine', '--wanted', 'a', '--home', home.root]))['recorded'], true)
      writeFileSync(home.learningsJson, list(good))
      assert.equal((await status(home)).learnings_since_training, 2)
    })
  }

  test('mended by its writer while check waits it is read as if nothing had been', async (t) => {
    const home = temporaryHome(t, { learnings: list(good).slice(0, -3) })
    const checking = genesis(['check', '--once', '--home', home.root])
    // Well within the seconds for which it is looked at again, well after the first look.
    setTimeout(() => writeFileSync(home.learningsJson, list(good)), 2000)
    assert.equal((await checking).code, 0)
    assert.equal((JSON.parse(readFileSync(home.state, 'utf8')) as StatusDocument).learnings_since_training, 1)
  })
})

describe('what is no readable file is exit 10', () => {
  test('a directory', async (t) => {
    const home = temporaryHome(t)
    mkdirSync(home.learningsJson)
    for (const args of [['status'], ['check', '--once'], ['simulate-learnings', '3']]) {
      const { why } = await failing([...args, '--home', home.root], 10, 'GI-LEARNINGS-DENIED')
      assert.equal(why, 'it is a directory')
    }
    rmSync(home.learningsJson, { recursive: true })
    writeFileSync(home.learningsJson, list(good))
    assert.equal((await status(home)).learnings_since_training, 1)
  })

  test('the file of recorded learnings as a directory', async (t) => {
    const home = temporaryHome(t)
    mkdirSync(home.learningsJsonl)
    await failing(['status', '--home', home.root], 10, 'GI-LEARNINGS-DENIED')
    await failing(['learn', '--input', 'q', '--wanted', 'a', '--home', home.root], 10, 'GI-LEARNINGS-DENIED')
  })

  test('UTF-16', async (t) => {
    const home = temporaryHome(t, { learnings: Buffer.from(`\ufeff${list(good)}`, 'utf16le') })
    const { why = '' } = await failing(['status', '--home', home.root], 10, 'GI-LEARNINGS-DENIED')
    assert.match(why, /UTF-16/)
  })

  test('a file that this user may not read', { skip: canChangeUser() ? false : 'needs another user' }, async (t) => {
    const home = temporaryHome(t, { learnings: list(good) })
    chmodSync(home.root, 0o755)
    chmodSync(home.learningsJson, 0o000)
    const { why } = await failing(['status', '--home', home.root], 10, 'GI-LEARNINGS-DENIED', { unprivileged: true })
    assert.equal(why, 'this user may not read it')
    chmodSync(home.learningsJson, 0o644)
    assert.equal((await status(home)).learnings_since_training, 1)
  })
})
