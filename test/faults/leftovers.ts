import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Home } from '../../src/state/home.ts'
import { tryFileLock } from '../../src/state/lock.ts'

/** The supervisor gives a training so long to end. */
const graceMs = 10_000

/** What should not be there when the program is at rest, in words: processes, locks, files that were half written. */
export async function leftoversIn(home: Home): Promise<string[]> {
  const files = readdirSync(home.data, { recursive: true })
    .map(String)
    .filter((name) => /\.tmp$|\.opening-|^\.run\.json$|[a-z]+\.attempt-\d+$/.test(name))
  return [...files, ...(await processesLeft(home)), ...(await locksHeld(home))]
}

async function processesLeft(home: Home): Promise<string[]> {
  for (let waitedMs = 0; ; waitedMs += 50) {
    const left = processesIn(home)
    if (left.length === 0 || waitedMs >= graceMs) return left
    await sleep(50)
  }
}

/** Those that have the home among their arguments, or work in it. */
function processesIn({ root }: Home): string[] {
  const ids = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
  return ids.flatMap((id) => {
    try {
      const said = readFileSync(`/proc/${id}/cmdline`, 'utf8').replaceAll('\0', ' ')
      return said.includes(root) || readlinkSync(`/proc/${id}/cwd`).startsWith(root) ? [`process ${said}`] : []
    } catch {
      // It ended meanwhile.
      return []
    }
  })
}

async function locksHeld({ lock, runLock }: Home): Promise<string[]> {
  const held: string[] = []
  for (const file of [lock, runLock]) {
    const taken = await tryFileLock(file)
    if (taken === null) held.push(`lock ${file}`)
    else await taken.release()
  }
  return held
}
