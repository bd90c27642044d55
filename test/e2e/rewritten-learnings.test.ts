import assert from 'node:assert/strict'
import { open, rename, writeFile } from 'node:fs/promises'
import { describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Home } from '../../src/state/home.ts'
import { corrections, genesis, genesisJson, temporaryHome } from './program.ts'

/** What the owner writes in turn. The threshold lies above both, since the dry run names the count only while it is not met. */
const sizes = [700, 2100]
const contents = sizes.map((size) => JSON.stringify({ learnings: corrections(size) }))
const config = { triggers: { learnings: 5000 } }
const readings = 12

/** As json.dump into an open file does it: the file is emptied, then filled piece by piece. */
async function rewriteInPlace(file: string, content: string): Promise<void> {
  const handle = await open(file, 'w')
  try {
    await sleep(3)
    for (let start = 0; start < content.length; start += 8192) {
      await handle.write(content.slice(start, start + 8192))
      if (start % 65_536 === 0) await sleep(1)
    }
  } finally {
    await handle.close()
  }
}

/** As careful writers do it. */
async function replace(file: string, content: string): Promise<void> {
  await writeFile(`${file}.new`, content)
  await rename(`${file}.new`, file)
}

/** Rewrites the file with one content after the other until `work` has ended. */
async function whileRewritten(home: Home, rewrite: typeof replace, work: () => Promise<void>): Promise<void> {
  const working = { isDone: false }
  const rewriting = (async () => {
    for (let turn = 0; !working.isDone; turn += 1) {
      await rewrite(home.learningsJson, contents[turn % contents.length] ?? '')
      // Pauses of all lengths, so that a reading meets the writer at any moment, and sometimes not at all.
      await sleep((turn * 7) % 60)
    }
  })()
  try {
    await work()
  } finally {
    working.isDone = true
    await rewriting
  }
}

interface Looked {
  code: number | null
  /** How many learnings were counted; null when the call ended with an error that says that the file is being written to. */
  count: number | null
}

/** `status` or `check --dry-run`, once: what it counted. */
async function look(home: Home, args: readonly string[]): Promise<Looked> {
  const { code, stdout, stderr } = await genesis([...args, '--home', home.root, '--json'])
  assert.equal(stderr, '')
  const document = JSON.parse(stdout) as { error?: { code: string } }
  if (document.error !== undefined) {
    assert.deepEqual([code, document.error.code], [12, 'GI-LEARNINGS-UNREADABLE'])
    return { code, count: null }
  }
  const [, count] = /([\d,]+) of 5,?000 learnings/.exec(stdout) ?? []
  assert.ok(count, stdout)
  return { code, count: Number(count.replace(',', '')) }
}

const calls = [['status'], ['check', '--dry-run']]

async function lookAgainAndAgain(home: Home): Promise<Looked[]> {
  const seen: Looked[] = []
  for (let reading = 0; reading < readings; reading += 1) {
    seen.push(...(await Promise.all(calls.map(async (args) => await look(home, args)))))
  }
  return seen
}

describe('while the owner of genesis_learnings.json rewrites it, it is counted as it was or as it will be, never half', () => {
  test('written anew in place: a right count, or exit 12', async (t) => {
    const home = temporaryHome(t, { learnings: contents[0], config })
    await whileRewritten(home, rewriteInPlace, async () => {
      const wrong = (await lookAgainAndAgain(home)).filter(({ count }) => count !== null && !sizes.includes(count))
      assert.deepEqual(wrong, [])
    })
    await rewriteInPlace(home.learningsJson, contents[1] ?? '')
    for (const args of calls) assert.deepEqual(await look(home, args), { code: 0, count: 2100 })
  })

  test('replaced by a rename: always a right count', async (t) => {
    const home = temporaryHome(t, { learnings: contents[0], config })
    await whileRewritten(home, replace, async () => {
      const wrong = (await lookAgainAndAgain(home)).filter(({ count }) => count === null || !sizes.includes(count))
      assert.deepEqual(wrong, [])
    })
  })

  test('emptied and not yet filled: exit 12 from those who only look; check waits for the writer', async (t) => {
    const home = temporaryHome(t, { learnings: contents[1], config })
    const handle = await open(home.learningsJson, 'w')
    try {
      for (const args of calls) assert.deepEqual(await look(home, args), { code: 12, count: null })
      const checking = genesisJson(['check', '--once', '--home', home.root])
      setTimeout(() => void handle.writeFile(contents[1] ?? ''), 1500)
      assert.match(JSON.stringify(await checking), /2100/)
    } finally {
      await handle.close()
    }
  })
})
