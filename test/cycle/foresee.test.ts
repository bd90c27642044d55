import assert from 'node:assert/strict'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, test } from 'node:test'
import { Config } from '../../src/config/schema.ts'
import { foresee } from '../../src/cycle/foresee.ts'
import { cancelRequest } from '../../src/cycle/run-lock.ts'
import { forgetful, readyPlace } from './workplace.ts'
import type { Workplace } from './workplace.ts'

/** Every file of the home with its content; what is cached may be written at any time. */
function contentOf({ home }: Workplace): string[] {
  const files = readdirSync(home.root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  return files
    .map((entry) => path.join(entry.parentPath, entry.name))
    .filter((file) => !file.startsWith(home.cache))
    .map((file) => `${file} ${readFileSync(file, 'base64')}`)
    .sort()
}

async function foreseen(place: Workplace): Promise<string> {
  const before = contentOf(place)
  const { action, step, explanation } = await foresee(place.workshop, place.config)
  assert.deepEqual(contentOf(place), before)
  return `${action} ${step ?? '-'}: ${explanation}`
}

describe('a dry run', () => {
  test('says for every check of a cycle what it then does, and changes nothing', async () => {
    const place = readyPlace()
    assert.match(await foreseen(place), /^open -: Would open a cycle: Enough learnings/)
    await place.check()
    for (const step of ['collect', 'prepare', 'train', 'package', 'evaluate', 'decide', 'deploy', 'conclude']) {
      assert.equal(await foreseen(place), `run ${step}: Would run ${step} of ${place.cycles()[0] ?? ''}.`)
      assert.equal((await place.check()).step, step)
    }
    assert.match(await foreseen(place), /^none -: Would do nothing: 0 of 100 learnings/)
  })

  test('says what holds a cycle back, and what is missing', async () => {
    const place = readyPlace()
    const { config } = place
    place.config = Config.parse({})
    assert.match(await foreseen(place), /^none -: Would open a cycle, but: No base model is configured/)
    place.config = config
    place.mind = forgetful
    await place.runToEnd()
    assert.match(await foreseen(place), /^none -: Would do nothing: Backing off until /)
  })

  test('says that a cycle would be closed, when it was cancelled', async () => {
    const place = readyPlace()
    await place.check()
    const [cycle = ''] = place.cycles()
    writeFileSync(cancelRequest(place.home, cycle), '')
    assert.equal(await foreseen(place), `run -: Would close ${cycle}.`)
    assert.equal((await place.check()).outcome, 'CANCELLED')
  })
})
