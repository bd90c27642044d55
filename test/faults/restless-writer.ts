import { closeSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { correction } from './homes.ts'

/** Milliseconds in which only the half of the file is there, and in which it is whole. */
const halfMs = 4
const wholeMs = 25

/**
 * Writes the learnings file anew again and again, as programs do that know nothing of us: it is emptied, then written in two pieces. The first
 * time it gets so many learnings more. The file is whole when `stop` is done.
 */
export function restlessWriter(file: string, more = 0): { readonly times: number; stop: () => Promise<void> } {
  const { learnings } = JSON.parse(readFileSync(file, 'utf8')) as { learnings: object[] }
  const added = Array.from({ length: more }, (_, index) => correction(`fix 1 late number ${index}`))
  const text = JSON.stringify({ learnings: [...learnings, ...added] })
  let stopped = false
  let times = 0
  const work = async (): Promise<void> => {
    while (!stopped) {
      const number = openSync(file, 'r+')
      ftruncateSync(number)
      await sleep(halfMs)
      writeSync(number, text.slice(0, text.length / 2), 0)
      await sleep(halfMs)
      writeSync(number, text, 0)
      closeSync(number)
      times += 1
      await sleep(wholeMs)
    }
  }
  const working = work()
  return {
    get times() {
      return times
    },
    stop: async () => {
      stopped = true
      await working
    },
  }
}
