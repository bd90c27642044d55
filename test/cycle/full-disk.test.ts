import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, describe, test } from 'node:test'
import { GenesisError } from '../../src/errors.ts'
import { leaveFree, mountSmallDisk, unmount } from '../fakes/full-disk.ts'
import { outcomeOf } from './outcome.ts'
import { forgetful, newPlace, Workplace } from './workplace.ts'

const disk = mkdtempSync(path.join(tmpdir(), 'genesis-full-disk-'))
const isMounted = mountSmallDisk(disk, '16m')
after(() => {
  if (isMounted) unmount(disk)
  rmSync(disk, { recursive: true, force: true })
})

/** Of the same size as in the tests of crashes. */
function smallPlace(root: string): Workplace {
  const place = new Workplace(root, { triggers: { learnings: 50 }, dataset: { retentionTarget: 60 } })
  place.learn(50)
  place.retain(60)
  return place
}

/** Pages that are left at each try; fewer than ten tries, since ten failures in a row end a cycle. */
const levels = [0, 1, 2, 3, 5, 8, 16, 40]

/** One check with so many pages left: what it did, or null when the disk was too full for it. Any other end is an error. */
async function checkWith(place: Workplace, pages: number): Promise<string | null> {
  const empty = leaveFree(disk, pages)
  try {
    const { action, error } = await place.checkLocked()
    if (error === null) return action
    assert.deepEqual([error.code, error.exitCode, error.temporary], ['GI-DISK-FULL', 12, true], error.why)
    return null
  } catch (error) {
    assert.ok(error instanceof GenesisError, String(error))
    assert.deepEqual([error.code, error.exitCode], ['GI-DISK-FULL', 12], error.why)
    return null
  } finally {
    empty()
  }
}

describe('a cycle on a disk that is full again and again', { skip: isMounted ? false : 'mounting a small file system needs root' }, () => {
  for (const [what, prepare] of [
    ['deploys', () => undefined],
    ['is refused', (place: Workplace) => void (place.mind = forgetful)],
  ] as const)
    test(`says so with exit 12, goes on when there is room, and ${what} as it would have`, async () => {
      const undisturbed = smallPlace(newPlace())
      prepare(undisturbed)
      await undisturbed.runToEnd()

      const root = path.join(disk, what)
      mkdirSync(path.join(root, 'data'), { recursive: true })
      const place = smallPlace(root)
      prepare(place)
      let tooFull = 0
      for (let step = 0; step < 12; step += 1) {
        let done: string | null = null
        for (const pages of levels) {
          done = await checkWith(place, pages)
          if (done !== null) break
          tooFull += 1
        }
        done ??= (await place.checkLocked()).action
        if (done === 'none') break
      }
      assert.ok(tooFull > 10, `${tooFull} checks had too little room`)
      assert.deepEqual(await outcomeOf(place), await outcomeOf(undisturbed))
      assert.equal((await place.checkLocked()).action, 'none')
    })
})
