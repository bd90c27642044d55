import assert from 'node:assert/strict'
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, test } from 'node:test'
import type { Home } from '../../src/state/home.ts'
import { canChangeUser, corrections, failing, genesis, genesisJson, temporaryHome } from './program.ts'

const keptAside = (home: Home): string[] => readdirSync(home.data).filter((name) => name.includes('.corrupt-'))

describe('a damaged state file is kept aside byte for byte and made anew, and that is said', () => {
  for (const [what, content] of [
    ['empty', ''],
    ['null', 'null'],
    ['a list', '[]'],
    ['truncated', '{"last_training_time":null,"learnings_since'],
    ['a number', '7'],
    ['with a field of another kind', '{"schema_version":1,"training_runs":"three"}'],
    ['not UTF-8', Buffer.from([0xff, 0xfe, 0x00])],
    ['of zeros', Buffer.alloc(64)],
  ] as const) {
    test(what, async (t) => {
      const home = temporaryHome(t, { learnings: corrections(3) })
      writeFileSync(home.state, content)
      const looked = await genesisJson(['status', '--home', home.root])
      assert.match(String(looked['notice']), /can't be used: .+ The next command that changes something writes it anew\./)
      assert.deepEqual(readFileSync(home.state), Buffer.from(content), 'looking changes nothing')

      const checked = await genesis(['check', '--once', '--home', home.root])
      assert.equal(checked.code, 0, checked.stderr)
      assert.match(checked.stderr, /The damaged file is kept as /)
      const [kept = '', ...others] = keptAside(home)
      assert.deepEqual(others, [])
      assert.deepEqual(readFileSync(path.join(home.data, kept)), Buffer.from(content))
      const after = await genesisJson(['status', '--home', home.root])
      assert.deepEqual([after['notice'], after['learnings_since_training']], [null, 3])
    })
  }

  test('with Windows line ends it is not damaged', async (t) => {
    const home = temporaryHome(t)
    await genesisJson(['check', '--once', '--home', home.root])
    writeFileSync(home.state, readFileSync(home.state, 'utf8').replaceAll('\n', '\r\n'))
    assert.equal((await genesisJson(['status', '--home', home.root]))['notice'], null)
  })

  test('with a byte order mark it is not damaged', async (t) => {
    const home = temporaryHome(t)
    await genesisJson(['check', '--once', '--home', home.root])
    writeFileSync(home.state, `\ufeff${readFileSync(home.state, 'utf8')}`)
    assert.equal((await genesisJson(['status', '--home', home.root]))['notice'], null)
  })
})

describe('where the past cannot be told from what is left, nothing runs and nothing is changed, exit 10', () => {
  test('a damaged state beside a damaged journal', async (t) => {
    const home = temporaryHome(t, { learnings: corrections(100) })
    const cycle = path.join(home.cycles, 'cycle-20250101-000000')
    mkdirSync(cycle, { recursive: true })
    writeFileSync(path.join(cycle, 'journal.jsonl'), 'rubbish\n')
    writeFileSync(home.state, '{')
    for (const args of [['status'], ['check', '--once'], ['trigger'], ['history']]) {
      const { why = '' } = await failing(
        [...args, '--home', home.root],
        10,
        args[0] === 'history' ? 'GI-CYCLE-UNKNOWN' : 'GI-STATE-UNREADABLE',
      )
      if (args[0] !== 'history') assert.match(why, /genesis_improvement_state\.json.*\n.*journal\.jsonl/s)
    }
    assert.equal(readFileSync(home.state, 'utf8'), '{')
    assert.deepEqual(keptAside(home), [])
  })

  test('a state of a newer version', async (t) => {
    const home = temporaryHome(t)
    writeFileSync(home.state, '{"schema_version":2}')
    for (const args of [['status'], ['check', '--once']]) await failing([...args, '--home', home.root], 10, 'GI-STATE-NEWER')
    assert.equal(readFileSync(home.state, 'utf8'), '{"schema_version":2}')
  })

  test('a state that this user may not read', { skip: canChangeUser() ? false : 'needs another user' }, async (t) => {
    const home = temporaryHome(t)
    await genesisJson(['check', '--once', '--home', home.root])
    chmodSync(home.root, 0o755)
    chmodSync(home.data, 0o755)
    chmodSync(home.state, 0o000)
    await failing(['status', '--home', home.root], 10, 'GI-STATE-UNREADABLE', { unprivileged: true })
    chmodSync(home.state, 0o600)
    assert.equal((await genesis(['status', '--home', home.root])).code, 0)
  })
})

test('a state file that is a directory is kept aside too', async (t) => {
  const home = temporaryHome(t)
  mkdirSync(home.state)
  assert.equal((await genesis(['check', '--once', '--home', home.root])).code, 0)
  assert.equal(keptAside(home).length, 1)
  assert.ok(existsSync(home.state))
})
