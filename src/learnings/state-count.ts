import { GenesisError } from '../errors.ts'
import type { Home } from '../state/home.ts'
import { updateStateLocked } from '../state/store.ts'
import type { UpdateOptions } from '../state/store.ts'
import { countLearnings } from './counting.ts'
import { versionOf } from './open-file.ts'
import { lookOnce } from './patience.ts'

/** Counting so much takes some ten milliseconds. */
const quicklyCountedBytes = 2n << 20n

/**
 * Brings `learnings_since_training` in the state file, which other programs read, up to date after learnings were recorded. Small files are
 * counted; with large ones, or one that is half written, each usable learning is one more until the next check counts them. The caller holds data/.lock.
 */
export async function countRecorded(
  home: Home,
  learnings: readonly { recorded: boolean; usable: boolean }[],
  options: UpdateOptions,
): Promise<void> {
  const fresh = learnings.filter(({ recorded }) => recorded)
  if (fresh.length === 0) return
  await unlessRefused(options, async () => {
    const waiting = (await bytesOf(home)) <= quicklyCountedBytes ? await waitingIfReadable(home) : null
    const more = fresh.filter(({ usable }) => usable).length
    if (waiting !== null || more > 0) await setCount(home, (before) => waiting ?? before + more, options)
  })
}

/** The same by counting everything. */
export async function countAnew(home: Home, options: UpdateOptions): Promise<void> {
  await unlessRefused(options, async () => {
    const waiting = await waitingIn(home)
    await setCount(home, () => waiting, options)
  })
}

const waitingIn = async (home: Home): Promise<number> => (await countLearnings(home, { patience: lookOnce })).waiting

async function waitingIfReadable(home: Home): Promise<number | null> {
  try {
    return await waitingIn(home)
  } catch (error) {
    if (error instanceof GenesisError && error.code === 'GI-LEARNINGS-UNREADABLE') return null
    throw error
  }
}

async function setCount(home: Home, count: (before: number) => number, options: UpdateOptions): Promise<void> {
  await updateStateLocked(home, (state) => ({ ...state, learnings_since_training: count(state.learnings_since_training) }), options)
}

/** What was recorded stays recorded when it can't be counted: whoever recorded it must not try again. */
async function unlessRefused({ notice }: UpdateOptions, work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    if (!(error instanceof GenesisError)) throw error
    notice?.(`The count of learnings in the state file stays as it was until the next check. ${error.what}`)
  }
}

async function bytesOf(home: Home): Promise<bigint> {
  const versions = await Promise.all([home.learningsJson, home.learningsJsonl].map(versionOf))
  return versions.reduce((sum, version) => sum + (version?.size ?? 0n), 0n)
}
