import assert from 'node:assert/strict'
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, describe, test } from 'node:test'
import { homeAt } from '../../src/state/home.ts'
import type { Home } from '../../src/state/home.ts'
import { packageRoot } from '../../src/system/package-root.ts'
import { leaveFree, mountSmallDisk, unmount } from '../fakes/full-disk.ts'
import { crashingEngine } from './fake-engine.ts'
import { corrections, genesis, genesisJson, temporaryDirectory } from './program.ts'

const disk = mkdtempSync(path.join(tmpdir(), 'genesis-full-disk-'))
const isMounted = mountSmallDisk(disk, '16m')
after(() => {
  if (isMounted) unmount(disk)
  rmSync(disk, { recursive: true, force: true })
})

/** Pages that are left. */
const levels = [0, 1, 2, 3, 4, 6]

/** A home on the small disk with a base and so many learnings of another program. */
function homeWith(name: string, count: number): Home {
  const home = homeAt(path.join(disk, name))
  mkdirSync(home.data, { recursive: true })
  copyFileSync(path.join(packageRoot(), 'data', 'demo', 'base-f16.gguf'), path.join(home.root, 'base.gguf'))
  writeFileSync(home.config, JSON.stringify({ base: { gguf: 'base.gguf' } }))
  writeFileSync(home.learningsJson, JSON.stringify({ learnings: corrections(count) }))
  return home
}

/** Runs the program with so many pages left: its document, or null when it ended with GI-DISK-FULL and exit 12, the only other end there is. */
async function withPages(pages: number, args: readonly string[], environment = {}): Promise<Record<string, unknown> | null> {
  const makeRoom = leaveFree(disk, pages)
  try {
    const { code, stdout, stderr } = await genesis([...args, '--json'], { environment })
    const document = JSON.parse(stdout) as Record<string, unknown> & { error?: { code: string } | null }
    if (code === 0) return document
    assert.deepEqual([code, document.error?.code], [12, 'GI-DISK-FULL'], `${stdout}${stderr}`)
    return null
  } finally {
    makeRoom()
  }
}

const status = async (home: Home): Promise<Record<string, unknown>> => await genesisJson(['status', '--home', home.root])

describe('on a full disk', { skip: isMounted ? false : 'mounting a small file system needs root' }, () => {
  test('learn ends with exit 12, or has recorded the learning; none is half recorded or lost', async () => {
    const home = homeWith('learn', 3)
    const recorded: unknown[] = []
    let refused = 0
    for (const [index, pages] of [...levels, ...levels].entries()) {
      // Longer than a page, so that it never fits into what is allocated already.
      const input = `question ${index} ${'x'.repeat(5000)}`
      const document = await withPages(pages, ['learn', '--input', input, '--wanted', 'a', '--home', home.root])
      if (document === null) refused += 1
      else recorded.push(document['id'])
    }
    assert.ok(refused > 0 && recorded.length > 0, `${refused} refused, ${recorded.length} recorded`)
    assert.equal((await status(home))['learnings_since_training'], 3 + recorded.length)
    const lines = readFileSync(home.learningsJsonl, 'utf8').split('\n')
    for (const id of recorded) assert.ok(lines.some((line) => line.startsWith(`{"id":${JSON.stringify(id)},`)))
    assert.equal((await genesisJson(['learn', '--input', 'more', '--wanted', 'a', '--home', home.root]))['recorded'], true)
    assert.equal((await status(home))['learnings_since_training'], 4 + recorded.length)
  })

  test('trigger and check end with exit 12, leave nothing half made, and go on when there is room: one cycle is opened', async (t) => {
    const home = homeWith('check', 100)
    const environment = { GENESIS_ENGINE_DIR: crashingEngine(temporaryDirectory(t)) }
    let opened: unknown = null
    let refused = 0
    for (const pages of levels) {
      const document = await withPages(pages, ['trigger', '--home', home.root], environment)
      if (document === null) refused += 1
      else opened ??= document['cycle']
    }
    opened ??= (await genesisJson(['trigger', '--home', home.root], { environment }))['cycle']
    assert.ok(refused > 0)
    assert.deepEqual(readdirSync(home.cycles), [opened])

    let collected: Record<string, unknown> | null = null
    for (const pages of levels) {
      collected = await withPages(pages, ['check', '--once', '--home', home.root], environment)
      if (collected !== null) break
      refused += 1
    }
    const { cycle, step, outcome, next } =
      collected ?? (await genesisJson<Record<string, unknown>>(['check', '--once', '--home', home.root], { environment }))
    assert.deepEqual([cycle, step, outcome, next], [opened, 'collect', 'finished', 'prepare'])
    const lines = readFileSync(path.join(home.cycles, String(opened), 'collect', 'learnings.jsonl'), 'utf8')
      .trim()
      .split('\n')
    assert.equal(lines.length, 100)
    assert.ok(refused > 2)
    assert.deepEqual(
      readdirSync(home.data, { recursive: true }).filter((name) => String(name).endsWith('.tmp')),
      [],
    )
  })

  test('status, history and a dry run answer as always', async () => {
    const home = homeWith('status', 5)
    for (const args of [['status'], ['history'], ['check', '--dry-run']])
      assert.notEqual(await withPages(0, [...args, '--home', home.root]), null, args.join(' '))
  })
})
