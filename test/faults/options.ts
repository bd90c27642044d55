import { randomInt } from 'node:crypto'
import { randomFrom } from '../../src/gate/simulation/random.ts'

/** Whether every point is tried, which takes hours (npm run test:faults -- --all); else some of them, drawn anew each time. */
export const tryAll = process.env['GENESIS_FAULTS'] === 'all'

const seed = Number(process.env['GENESIS_FAULTS_SEED'] ?? randomInt(2 ** 31))
console.log(`faults: ${tryAll ? 'every point' : 'a part of the points'}; GENESIS_FAULTS_SEED=${seed} draws the same again`)

export const random = randomFrom(seed)

/** All of them, or about `count`, spread evenly from a start that is drawn. */
export function chosen<T>(points: readonly T[], count: number): T[] {
  if (tryAll) return [...points]
  const step = Math.max(1, points.length / count)
  const start = random() * step
  return points.filter((_, index) => Math.floor((index - start) / step) !== Math.floor((index - 1 - start) / step))
}
