/** Numbers from 0 to under 1. */
export type Random = () => number

/**
 * A stream of random numbers that is the same for the same seed: sfc32 by Chris Doty-Humphrey (PractRand), 32 bits a number. Each seed begins its
 * own stream, so that what is simulated side by side does not depend on who is done first.
 */
export function randomFrom(seed: number): Random {
  let [a, b, c, counter] = [0x9e3779b9, seed | 0, seed ^ 0x243f6a88, 1]
  const next = (): number => {
    const sum = (a + b + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = ((c << 21) | (c >>> 11)) + sum
    return (sum >>> 0) / 2 ** 32
  }
  // The first numbers of close seeds are alike.
  for (let warm = 0; warm < 16; warm += 1) next()
  return next
}
