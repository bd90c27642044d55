// One of several processes that want to train: tries again until it has its turn, and notes when its work begins and ends.
import { appendFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { homeAt } from '../../src/state/home.ts'
import { tryTrainingLock } from '../../src/state/training-lock.ts'

const [file = '', log = '', name = ''] = process.argv.slice(2)
for (;;) {
  const lock = await tryTrainingLock(file, homeAt(name))
  if (lock === null) {
    await sleep(5)
    continue
  }
  appendFileSync(log, `begin ${name}\n`)
  await sleep(20)
  appendFileSync(log, `end ${name}\n`)
  await lock.release()
  break
}
