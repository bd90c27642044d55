import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, describe, test } from 'node:test'
import { homeAt } from '../../src/state/home.ts'
import { removeTemporaries } from '../../src/state/temporaries.ts'

const around = mkdtempSync(path.join(tmpdir(), 'genesis-temporaries-'))
after(() => rmSync(around, { recursive: true, force: true }))
const home = homeAt(around)

const now = new Date('2026-03-01T12:00:00Z')
const minuteMs = 60_000
const dayMs = 24 * 60 * minuteMs
/** The id of a process that has ended. */
const { pid: dead } = spawnSync(process.execPath, ['--version'])

/** Makes a file, or with a slash at the end a directory with a file in it, and gives its path. */
function make(place: string, ageMs: number): string {
  const file = path.join(home.data, place)
  mkdirSync(place.endsWith('/') ? file : path.dirname(file), { recursive: true })
  writeFileSync(place.endsWith('/') ? path.join(file, 'model.gguf') : file, 'half')
  const at = new Date(now.getTime() - ageMs)
  utimesSync(file, at, at)
  return file
}

describe('temporary files', () => {
  test('of a process that has ended are removed, wherever they are written', async () => {
    const left = [
      ...[`.genesis_improvement_state.json.${dead}-0123abcd.tmp`, `.genesis_learnings.json.${dead}-0123abcd.tmp`],
      ...[`fates/.cycle-20260301-110000.jsonl.${dead}-0123abcd.tmp`, `models/.current.${dead}-0123abcd.tmp`],
      ...[`models/.genesis-20260301-110000.${dead}-0123abcd.tmp/`, `models/genesis-20260301-110000/.release.json.${dead}-0123abcd.tmp`],
      ...[`cycles/cycle-20260301-110000/.cancel.${dead}-0123abcd.tmp`, `cache/.learning-counts.json.${dead}-0123abcd.tmp`],
      `cache/digests/.1-2-3.json.${dead}-0123abcd.tmp`,
    ].map((place) => make(place, 2 * minuteMs))
    await removeTemporaries(home, now)
    assert.deepEqual(
      left.filter((file) => existsSync(file)),
      [],
    )
  })

  test('of a process that is alive are kept, but for those that are older than a day', async () => {
    const kept = make(`.state.json.${process.pid}-0123abcd.tmp`, dayMs - minuteMs)
    const old = make(`.state.json.${process.pid}-ffffffff.tmp`, dayMs + minuteMs)
    await removeTemporaries(home, now)
    assert.deepEqual([existsSync(kept), existsSync(old)], [true, false])
  })

  test('that were written just now are kept: their writer may not be visible from here', async () => {
    const kept = make(`.state.json.${dead}-0123abcd.tmp`, minuteMs / 2)
    await removeTemporaries(home, now)
    assert.ok(existsSync(kept))
  })

  test('of other programs, and everything else, are kept however old', async () => {
    const kept = [
      ...[`state.json.${dead}-0123abcd.tmp`, `.state.json.${dead}-0123abc.tmp`, '.state.json.tmp', `.state.json.${dead}-0123abcd.tmp.bak`],
      ...['genesis_learnings.json', '.genesis_learnings.json.swp', 'models/genesis-20260301-110000/model.gguf'],
      `cycles/cycle-20260301-110000/train.attempt-1/.adapter.gguf.${dead}-0123abcd.tmp`,
    ].map((place) => make(place, 30 * dayMs))
    await removeTemporaries(home, now)
    assert.deepEqual(
      kept.filter((file) => !existsSync(file)),
      [],
    )
  })

  test('in a home without data there is nothing to do', async () => {
    await removeTemporaries(homeAt(path.join(around, 'nowhere')), now)
    assert.equal(existsSync(path.join(around, 'nowhere')), false)
  })
})
