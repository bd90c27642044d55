import assert from 'node:assert/strict'
import {
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { describe, test } from 'node:test'
import type { TestContext } from 'node:test'
import { defaultState } from '../../src/state/state.ts'
import type { Home } from '../../src/state/home.ts'
import { failing, genesis, genesisJson, temporaryDirectory, temporaryHome } from './program.ts'
import { homeWithReleases, newer, older } from './released-home.ts'

const precious = 'a file of the user that has nothing to do with the home\n'
const correction = ['learn', '--input', '2+2?', '--wanted', '4']

/** A link in the home that leads to a file outside it. */
function plant(t: TestContext, link: string): string {
  const outside = path.join(temporaryDirectory(t), 'precious')
  writeFileSync(outside, precious)
  rmSync(link, { force: true })
  symlinkSync(outside, link)
  return outside
}

describe('a link planted in data/', () => {
  test('in place of the state file is replaced, not written through', async (t) => {
    const home = temporaryHome(t)
    const outside = path.join(temporaryDirectory(t), 'precious')
    const content = JSON.stringify(defaultState)
    writeFileSync(outside, content)
    symlinkSync(outside, home.state)
    assert.equal((await genesis([...correction, '--home', home.root])).code, 0)
    assert.equal(readFileSync(outside, 'utf8'), content)
    assert.ok(lstatSync(home.state).isFile())
    assert.equal((await genesisJson(['status', '--home', home.root]))['learnings_since_training'], 1)
  })

  for (const name of ['learningsJsonl', 'lock'] as const) {
    test(`in place of ${name} is refused, exit 10`, async (t) => {
      const home = temporaryHome(t)
      const outside = plant(t, home[name])
      await failing([...correction, '--home', home.root], 10, 'GI-HOME-UNUSABLE')
      assert.equal(readFileSync(outside, 'utf8'), precious)
      rmSync(outside)
      await failing([...correction, '--home', home.root], 10, 'GI-HOME-UNUSABLE')
      assert.ok(!existsSync(outside), 'a link to nowhere made a file')
    })
  }

  test('in place of a cycle is not followed; cancel sets the link aside, and what it leads to stays', async (t) => {
    const home = await homeWithReleases(t)
    const id = 'cycle-20250301-000000'
    const outside = path.join(temporaryDirectory(t), 'elsewhere')
    cpSync(path.join(home.cycles, `cycle-${newer}`), outside, { recursive: true })
    mkdirSync(path.join(outside, 'collect'))
    writeFileSync(path.join(outside, 'collect', 'precious'), precious)
    const [opened = ''] = readFileSync(path.join(outside, 'journal.jsonl'), 'utf8').split('\n')
    writeFileSync(path.join(outside, 'journal.jsonl'), `${opened}\n`)
    symlinkSync(outside, path.join(home.cycles, id))
    writeFileSync(home.state, readFileSync(home.state, 'utf8').replace('"open_cycle":null', `"open_cycle":"${id}"`))
    const before = readdirSync(outside, { recursive: true }).sort()
    await failing(['check', '--once', '--home', home.root], 10, 'GI-JOURNAL-UNREADABLE')
    await failing(['show', id, '--home', home.root], 10, 'GI-JOURNAL-UNREADABLE')
    assert.equal((await genesis(['cancel', id, '--home', home.root])).code, 0)
    assert.deepEqual(readdirSync(outside, { recursive: true }).sort(), before)
    assert.equal(readFileSync(path.join(outside, 'collect', 'precious'), 'utf8'), precious)
    assert.equal((await genesisJson(['status', '--home', home.root]))['cycle'], null)
  })

  test('in place of a release is refused, and so is a current that leads out of the home', async (t) => {
    const home = await homeWithReleases(t)
    const outside = path.join(temporaryDirectory(t), 'elsewhere')
    renameSync(path.join(home.models, `genesis-${older}`), outside)
    symlinkSync(outside, path.join(home.models, `genesis-${older}`))
    await failing(['rollback', '--home', home.root], 10, 'GI-RELEASE-DAMAGED')
    rmSync(path.join(home.models, 'current'))
    symlinkSync('../../..', path.join(home.models, 'current'))
    const { stdout, code } = await genesis(['verify', '--home', home.root])
    assert.equal(code, 10)
    assert.match(stdout.replaceAll(/\s+/g, ' '), /which is no release beside it/)
  })
})

describe('names from outside lead nowhere else', () => {
  const names = ['../../../../etc/passwd', 'genesis-20250101-000000/../x']

  test('given on the command line', async (t) => {
    const home = await homeWithReleases(t)
    for (const name of names) {
      for (const command of ['rollback', 'verify', 'cancel', 'approve', 'reject', 'show']) {
        const { code, stdout } = await genesis([command, name, '--json', '--home', home.root])
        assert.equal(code, 10, `${command} ${name}: ${stdout}`)
        assert.match(stdout, /"code": "GI-(RELEASE|CYCLE)-UNKNOWN"|"code": "GI-NO-OPEN-CYCLE"/)
      }
    }
  })

  const inState = (home: Home, field: string, name: string): void =>
    writeFileSync(
      home.state,
      readFileSync(home.state, 'utf8').replace(new RegExp(`"${field}":("[^"]*"|null)`), `"${field}":${JSON.stringify(name)}`),
    )

  for (const [field, command] of [
    ['current_model', ['rollback']],
    ['current_model', ['verify']],
    ['open_cycle', ['check', '--once']],
    ['open_cycle', ['status']],
  ] as const) {
    test(`written into the state as ${field}, for ${command.join(' ')}`, async (t) => {
      const home = await homeWithReleases(t)
      inState(home, field, '../../x')
      const { code, stdout } = await genesis([...command, '--json', '--home', home.root])
      assert.equal(code, 10, stdout)
      assert.match(stdout, /GI-(RELEASE|CYCLE)-UNKNOWN/)
    })
  }

  test('written into a release as the one before it', async (t) => {
    const home = await homeWithReleases(t)
    const file = path.join(home.models, `genesis-${newer}`, 'release.json')
    writeFileSync(file, readFileSync(file, 'utf8').replace(`"previous": "genesis-${older}"`, '"previous": "../../x"'))
    await failing(['rollback', '--home', home.root], 10, 'GI-RELEASE-UNKNOWN')
    assert.match(readFileSync(home.state, 'utf8'), new RegExp(`"current_model":\\s*"genesis-${newer}"`))
  })
})
