import { mix } from './mix.ts'
import type { Shingles } from './shingles.ts'

/**
 * From this Jaccard index on two texts are near-duplicates. Measured on the packaged items and the demo: rewordings of one question have .72 to .95,
 * different questions in the same words ("... build the clean target", "... build the dev target") up to .72, nearly all under .65.
 */
export const nearDuplicate = 0.7

/** Texts with fewer shingles are short: a number in them is what is asked about. About 25 words. */
const shinglesOfLong = 120
const anyFigures = 0x2545f491

const isLong = ({ hashes }: Shingles): boolean => hashes.length >= shinglesOfLong

/**
 * Two texts are compared only when they share a partition: "Convert 5 miles" and "Convert 6 miles" are two questions. In long texts numbers are
 * times, ids and versions beside what is asked; they are compared with all long ones.
 */
export function partitionsOf(shingles: Shingles): number[] {
  return isLong(shingles) ? [mix(shingles.figures, 1), anyFigures] : [mix(shingles.figures, 1)]
}

/** The Jaccard index of two shingle sets: what they share, of all that is in either. 0 to 1. */
export function jaccard(left: Int32Array, right: Int32Array): number {
  let one = 0
  let other = 0
  let shared = 0
  while (one < left.length && other < right.length) {
    const mine = left[one] as number
    const theirs = right[other] as number
    if (mine === theirs) shared += 1
    if (mine <= theirs) one += 1
    if (mine >= theirs) other += 1
  }
  return shared / (left.length + right.length - shared)
}

/** 1 for texts that differ in nothing that is compared, 0 when their numbers tell them apart. */
export function similarity(left: Shingles, right: Shingles): number {
  return left.figures === right.figures || (isLong(left) && isLong(right)) ? jaccard(left.hashes, right.hashes) : 0
}

/** Whether the similarity reaches that of near-duplicates; ends as soon as it can't any more, which is soon for most pairs. */
export function areNear(left: Shingles, right: Shingles): boolean {
  if (left.figures !== right.figures && !(isLong(left) && isLong(right))) return false
  const [mine, theirs] = [left.hashes, right.hashes]
  // s / (n + m - s) >= t is the same as s >= t (n + m) / (1 + t).
  const needed = Math.ceil((nearDuplicate * (mine.length + theirs.length)) / (1 + nearDuplicate) - 1e-9)
  let mineLeft = mine.length - needed
  let theirsLeft = theirs.length - needed
  let one = 0
  let other = 0
  while (mineLeft >= 0 && theirsLeft >= 0 && one < mine.length && other < theirs.length) {
    const here = mine[one] as number
    const there = theirs[other] as number
    if (here < there) mineLeft -= 1
    if (here > there) theirsLeft -= 1
    if (here <= there) one += 1
    if (here >= there) other += 1
  }
  return mineLeft >= 0 && theirsLeft >= 0
}
