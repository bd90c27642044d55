// A process of its own for the lock tests: node --import tsx child.ts MODE HOME [COUNT]. Says "ready" when it holds what it was asked to hold.
import { homeAt } from '../../src/state/home.ts'
import { tryRunLock, withLock } from '../../src/state/lock.ts'
import { updateState } from '../../src/state/store.ts'

const [mode, directory = '', count = '0'] = process.argv.slice(2)
const home = homeAt(directory)
const forever = (): Promise<never> => new Promise(() => setInterval(() => undefined, 1000))

if (mode === 'count') {
  for (let update = 0; update < Number(count); update += 1) {
    await updateState(home, (state) => ({ ...state, learnings_since_training: state.learnings_since_training + 1 }))
  }
} else if (mode === 'hold') {
  await withLock(home, async () => {
    console.log('ready')
    await forever()
  })
} else {
  const lock = await tryRunLock(home)
  console.log(lock === null ? 'held' : 'ready')
  if (lock !== null) await forever()
}
