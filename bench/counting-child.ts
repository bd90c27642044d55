import { open, rm } from 'node:fs/promises'
import { countLearnings } from '../src/learnings/counting.ts'
import { homeAt } from '../src/state/home.ts'

// Started by counting.ts in a process of its own: counting-child.js count|parse HOME. Prints {"learnings","seconds","megabytes"}.
const [mode = '', directory = ''] = process.argv.slice(2)
const home = homeAt(directory)
await rm(home.cache, { recursive: true, force: true })
const start = process.cpuUsage()
const learnings = mode === 'count' ? (await countLearnings(home)).total : await parseLines(home.learningsJsonl)
// Of all threads, so that a busy machine changes it little.
const { user, system } = process.cpuUsage(start)
const seconds = (user + system) / 1e6
// maxRSS is in KiB: the most that was resident at any moment.
console.log(JSON.stringify({ learnings, seconds, megabytes: (process.resourceUsage().maxRSS * 1024) / 1e6 }))

/** The goal's yardstick: nothing but cutting the same file into lines and parsing each, read in the same pieces. */
async function parseLines(file: string): Promise<number> {
  const handle = await open(file)
  const buffer = Buffer.allocUnsafe(512 * 1024)
  let parsed = 0
  let kept = 0
  for (;;) {
    const { bytesRead } = await handle.read(buffer, kept, 256 * 1024)
    if (bytesRead === 0) break
    const filled = kept + bytesRead
    let start = 0
    for (let end = buffer.indexOf(0x0a); end >= 0 && end < filled; end = buffer.indexOf(0x0a, start)) {
      if (JSON.parse(buffer.toString('utf8', start, end)) !== null) parsed += 1
      start = end + 1
    }
    kept = filled - start
    buffer.copy(buffer, 0, start, filled)
  }
  await handle.close()
  return parsed
}
