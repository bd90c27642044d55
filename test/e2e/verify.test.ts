import assert from 'node:assert/strict'
import { readFileSync, rmSync, statSync, symlinkSync, unlinkSync, utimesSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, test } from 'node:test'
import type { Verification } from '../../src/cycle/verify.ts'
import type { Home } from '../../src/state/home.ts'
import { failing, genesis, genesisJson, temporaryHome } from './program.ts'
import { homeWithReleases, newer, older } from './released-home.ts'

const verified = async (home: Home, args: readonly string[], code: number): Promise<Verification> =>
  await genesisJson<Verification>(['verify', ...args, '--home', home.root], { code })

const problemsOf = ({ releases, served, pinned }: Verification): string[] =>
  [...releases, served, pinned].flatMap(({ problems }) => problems)

/** Other bytes of the same length, with the time that the file had. */
function spoil(file: string): void {
  const { atime, mtime } = statSync(file)
  writeFileSync(
    file,
    readFileSync(file).map((byte) => byte ^ 1),
  )
  utimesSync(file, atime, mtime)
}

describe('verify', () => {
  test('looks at the release in production, at a named one, or at all; what is intact ends with 0', async (t) => {
    const home = await homeWithReleases(t)
    const names = async (args: string[]): Promise<string[]> => (await verified(home, args, 0)).releases.map(({ name }) => name)
    assert.deepEqual(await names([]), [`genesis-${newer}`])
    assert.deepEqual(await names([`genesis-${older}`]), [`genesis-${older}`])
    assert.deepEqual(await names(['--all']), [`genesis-${older}`, `genesis-${newer}`])
    const { code, stdout } = await genesis(['verify', '--home', home.root])
    assert.equal(code, 0)
    assert.match(stdout, /^ok {2}genesis-20250201-000000/)
  })

  test('names the file whose bytes are others, whatever its time says, and ends with 10', async (t) => {
    const home = await homeWithReleases(t)
    const file = path.join(home.models, `genesis-${older}`, 'Modelfile')
    spoil(file)
    assert.deepEqual(problemsOf(await verified(home, ['--all'], 10)), [
      `data/models/genesis-${older}/Modelfile is not what SHA256SUMS says`,
    ])
    assert.deepEqual(problemsOf(await verified(home, [], 0)), [])
    const { code, stdout } = await genesis(['verify', '--all', '--home', home.root])
    assert.equal(code, 10)
    assert.match(stdout, /^XX {2}genesis-20250101-000000\n.*Modelfile is not what SHA256SUMS says$/m)
  })

  test('a release whose weights were spoilt is not gone back to', async (t) => {
    const home = await homeWithReleases(t)
    await verified(home, ['--all'], 0)
    spoil(path.join(home.models, `genesis-${older}`, 'model.gguf'))
    const { why } = await failing(['rollback', '--home', home.root], 10, 'GI-RELEASE-DAMAGED')
    assert.match(why ?? '', /model\.gguf/)
    assert.equal((await genesisJson(['status', '--home', home.root]))['current_model'], `genesis-${newer}`)
  })

  test('a release without sums is no error: they were not recorded', async (t) => {
    const home = await homeWithReleases(t)
    unlinkSync(path.join(home.models, `genesis-${newer}`, 'SHA256SUMS'))
    const { releases, intact } = await verified(home, [], 0)
    assert.ok(intact)
    assert.deepEqual(releases[0]?.notes[0], 'no sums recorded')
  })

  test('weights that were pruned are no error, those that are served must be there', async (t) => {
    const home = await homeWithReleases(t)
    rmSync(path.join(home.models, `genesis-${older}`, 'model.gguf'))
    assert.ok((await verified(home, [`genesis-${older}`], 0)).releases[0]?.notes.includes('its weights are not kept here'))
    rmSync(path.join(home.models, `genesis-${newer}`, 'model.gguf'))
    assert.match(problemsOf(await verified(home, [], 10)).join(), /model\.gguf is gone/)
  })

  test('something else that is served is found', async (t) => {
    const home = await homeWithReleases(t)
    unlinkSync(path.join(home.models, 'current'))
    symlinkSync(`genesis-${older}`, path.join(home.models, 'current'))
    assert.deepEqual(problemsOf(await verified(home, [], 10)), [`genesis-${older} is served, recorded is genesis-${newer}`])
  })

  test('names that are none end with 10, and an option beside a name with 2', async (t) => {
    const home = temporaryHome(t)
    await failing(['verify', '../x', '--home', home.root], 10, 'GI-RELEASE-UNKNOWN')
    await failing(['verify', 'genesis-20240101-000000', '--home', home.root], 10, 'GI-RELEASE-UNKNOWN')
    await failing(['verify', 'genesis-20240101-000000', '--all', '--home', home.root], 2, 'GI-USAGE')
    const { intact, releases } = await verified(home, [], 0)
    assert.deepEqual([intact, releases], [true, []])
  })
})
