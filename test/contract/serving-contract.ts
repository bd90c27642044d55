import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, test } from 'node:test'
import { digestText } from '../../src/state/files.ts'
import type { Serving } from '../../src/serving/port.ts'

/** What the suite needs of an implementation under test. */
export interface ServingUnderTest {
  serving: Serving
  /** A directory as `package` leaves it: model.gguf with this content and the files beside it. A new one at each call. */
  makeArtefact: (name: string, content: string) => Promise<string>
  /** Digest of the model.gguf of this content; of the text itself where left out. */
  digestOf?: (content: string) => Promise<string>
}

const plainDigest = (content: string): Promise<string> => Promise.resolve(digestText(content))
const first = 'genesis-20250101-000000'
const second = 'genesis-20250102-000000'

/** What every serving target must do; run against each implementation. */
export function servingContract(title: string, prepare: () => Promise<ServingUnderTest>): void {
  describe(`${title} keeps the contract of Serving`, () => {
    test('at first the base is served and nothing can be located', async () => {
      const { serving } = await prepare()
      assert.deepEqual(await serving.preflight(), [])
      assert.equal(await serving.served(), null)
      assert.equal(await serving.locate(first), null)
    })

    test('what is staged can be located with its digest and is not served yet', async () => {
      const { serving, makeArtefact, digestOf = plainDigest } = await prepare()
      const staged = await serving.stage(first, await makeArtefact(first, 'one'))
      assert.equal(staged.digest, await digestOf('one'))
      if (staged.path !== null) assert.equal(await readFile(staged.path, 'utf8'), 'one')
      assert.deepEqual(await serving.locate(first), staged)
      assert.equal(await serving.served(), null)
    })

    test('staging may be repeated: with the directory gone, and with the same artefact made again', async () => {
      const { serving, makeArtefact } = await prepare()
      const directory = await makeArtefact(first, 'one')
      const staged = await serving.stage(first, directory)
      assert.deepEqual(await serving.stage(first, directory), staged)
      assert.deepEqual(await serving.stage(first, await makeArtefact(first, 'one')), staged)
    })

    test('a candidate that was made anew replaces the one staged before, as long as that is not served', async () => {
      const { serving, makeArtefact, digestOf = plainDigest } = await prepare()
      await serving.stage(first, await makeArtefact(first, 'one'))
      assert.equal((await serving.stage(first, await makeArtefact(first, 'other'))).digest, await digestOf('other'))
      await serving.activate(first)
      await assert.rejects(serving.stage(first, await makeArtefact(first, 'third')), { code: 'GI-RELEASE-IN-USE' })
      assert.deepEqual(await serving.served(), { name: first, digest: await digestOf('other') })
    })

    test('production is switched to a release, to the next, back, and back to the base; each switch may be repeated', async () => {
      const { serving, makeArtefact, digestOf = plainDigest } = await prepare()
      await serving.stage(first, await makeArtefact(first, 'one'))
      await serving.stage(second, await makeArtefact(second, 'two'))
      for (const [name, content] of [
        [first, 'one'],
        [first, 'one'],
        [second, 'two'],
        [first, 'one'],
      ] as const) {
        await serving.activate(name)
        assert.deepEqual(await serving.served(), { name, digest: await digestOf(content) })
      }
      await serving.activate(null)
      await serving.activate(null)
      assert.equal(await serving.served(), null)
    })

    test('what has no weights can not be activated, and production stays as it was', async () => {
      const { serving, makeArtefact } = await prepare()
      await serving.stage(first, await makeArtefact(first, 'one'))
      await serving.activate(first)
      await assert.rejects(serving.activate(second), { code: 'GI-RELEASE-WEIGHTS-GONE' })
      assert.equal((await serving.served())?.name, first)
    })

    test('discarding frees the weights and may be repeated, but never those that are served', async () => {
      const { serving, makeArtefact, digestOf = plainDigest } = await prepare()
      await serving.stage(first, await makeArtefact(first, 'one'))
      await serving.stage(second, await makeArtefact(second, 'two'))
      await serving.activate(second)
      await serving.discard(first)
      await serving.discard(first)
      assert.equal(await serving.locate(first), null)
      await assert.rejects(serving.discard(second), { code: 'GI-RELEASE-IN-USE' })
      assert.deepEqual(await serving.served(), { name: second, digest: await digestOf('two') })
    })

    test('a model that is tried out can be asked meanwhile, is never served, and leaves nothing', async () => {
      const { serving, makeArtefact, digestOf = plainDigest } = await prepare()
      const model = { path: path.join(await makeArtefact(first, 'one'), 'model.gguf'), digest: await digestOf('one') }
      for (let time = 0; time < 2; time += 1) {
        const asked = await serving.tryOut(first, model, async (given) => {
          assert.equal(await serving.served(), null)
          return await Promise.resolve(given)
        })
        assert.equal(asked.digest, model.digest)
        assert.ok(asked.path === model.path || asked.serverName !== undefined)
        assert.equal(await serving.locate(first), null)
      }
      const failure = new Error('it could not be asked')
      await assert.rejects(
        serving.tryOut(first, model, () => Promise.reject(failure)),
        failure,
      )
      assert.equal((await serving.stage(second, await makeArtefact(second, 'two'))).digest, await digestOf('two'))
    })

    test('names that lead elsewhere are refused by every operation', async () => {
      const { serving, makeArtefact } = await prepare()
      const directory = await makeArtefact(first, 'one')
      for (const name of [
        '',
        '..',
        '../genesis-20250101-000000',
        'current',
        'genesis-base',
        `${first}/..`,
        `${first}\n`,
        `/tmp/${first}`,
      ]) {
        const refused = { code: 'GI-RELEASE-UNKNOWN' }
        await assert.rejects(async () => serving.stage(name, directory), refused, name)
        await assert.rejects(async () => serving.locate(name), refused, name)
        await assert.rejects(async () => serving.activate(name), refused, name)
        await assert.rejects(async () => serving.discard(name), refused, name)
      }
    })
  })
}
