import assert from 'node:assert/strict'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, describe, test } from 'node:test'
import { machineHere } from '../../src/runners/machine-here.ts'
import { bytesLeft, missingThere, sendShared } from '../../src/runners/shared.ts'
import type { Shared } from '../../src/runners/shared.ts'
import { digestText } from '../../src/state/files.ts'

const root = mkdtempSync(path.join(tmpdir(), 'genesis-shared-'))
after(() => rmSync(root, { recursive: true, force: true }))
const never = new AbortController().signal
const contents = { '/a.json': '{}', '/empty.txt': '', '/merges.txt': 'odd' }
let places = 0

/** A folder of three files here, and where it is to be there. */
function makeFolder(): Shared {
  places += 1
  const here = path.join(root, `here-${places}`)
  mkdirSync(here)
  const files = Object.entries(contents).map(([suffix, text]) => {
    writeFileSync(here + suffix, text)
    return { from: here + suffix, suffix, digest: digestText(text), bytes: text.length }
  })
  return { to: path.join(root, `there-${places}`), files }
}

const send = async (shared: Shared, id = 'job'): Promise<void> =>
  await sendShared(machineHere, await missingThere(machineHere, [shared], id, never), never)

describe('what trainings share', () => {
  test('arrives whole, empty files too, and is not sent again', async () => {
    const shared = makeFolder()
    assert.equal(bytesLeft(await missingThere(machineHere, [shared], 'job', never)), 5)
    await send(shared)
    for (const [suffix, text] of Object.entries(contents)) assert.equal(readFileSync(shared.to + suffix, 'utf8'), text)
    assert.deepEqual(await missingThere(machineHere, [shared], 'another', never), [])
    assert.ok(!existsSync(`${shared.to}.part-job`))
  })

  test('a file goes on where it was cut, and what is there is not what was sent until all of it is', async () => {
    const shared = makeFolder()
    const part = `${shared.to}.part-job`
    mkdirSync(part)
    // Two bytes of "odd", one of them wrong: only what comes after them is sent.
    writeFileSync(`${part}/merges.txt`, 'xd')
    assert.equal(bytesLeft(await missingThere(machineHere, [shared], 'job', never)), 3)
    await assert.rejects(send(shared), { code: 'GI-RUNNER-DIFFERS', why: /merges\.txt has another content/ })
    assert.ok(!existsSync(shared.to))
    await send(shared)
    assert.deepEqual(readdirSync(shared.to).sort(), ['a.json', 'empty.txt', 'merges.txt'])
  })

  test('one that another home sent meanwhile is left as it is', async () => {
    const shared = makeFolder()
    const missing = await missingThere(machineHere, [shared], 'job', never)
    await send(shared, 'another')
    await sendShared(machineHere, missing, never)
    assert.deepEqual(readdirSync(shared.to).length, 3)
  })
})
