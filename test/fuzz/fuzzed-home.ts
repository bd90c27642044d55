import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { mock } from 'node:test'
import type { TestContext } from 'node:test'
import { homeAt } from '../../src/state/home.ts'
import type { Home } from '../../src/state/home.ts'

// Nothing here has to survive a power cut, and waiting for the disk would be most of a campaign's time.
const handle = await open(tmpdir(), 'r')
mock.method(Object.getPrototypeOf(handle) as typeof handle, 'sync', async () => undefined)
await handle.close()

/** A home of the campaign's own, whose files it writes again for every input; gone when the test ends. */
export function fuzzedHome(test: TestContext): Home {
  const home = homeAt(mkdtempSync(path.join(tmpdir(), 'genesis-fuzz-')))
  mkdirSync(home.data)
  test.after(() => rmSync(home.root, { recursive: true, force: true }))
  return home
}
