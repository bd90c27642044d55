import { flaws } from './answer-flaws.ts'
import type { Flaw, GivenAnswer } from './answer-flaws.ts'
import { clustersOf } from './clusters.ts'
import type { Clustered } from './clusters.ts'
import { mcnemarExact } from './mcnemar.ts'

/** Both models' answers to one item. */
export interface AnswerPair extends Clustered {
  expected: string
  baseline: GivenAnswer
  candidate: GivenAnswer
}

const level = 0.05
/** A rise of the share of flawed answers that is worth a refusal. */
const riseThatCounts = 0.05
/** Fewer answers say nothing about how long answers are in the median. */
const answersNeeded = 20
/** How many times as long or as short counts as much. */
const muchLonger = 2

/**
 * Why the candidate's way of answering speaks against it, a sentence each (design, section 5.5): a flaw whose share rises by .05 or more, confirmed by
 * exact McNemar at .05 over the number of checks, or answers half or twice as long in the median where the baseline's were right to keep.
 */
export function behaviourProblems(pairs: readonly AnswerPair[]): string[] {
  return [...flaws.flatMap((flaw) => risenFlaw(pairs, flaw)), ...changedLength(pairs)]
}

function risenFlaw(pairs: readonly AnswerPair[], { words, has }: Flaw): string[] {
  // What people want answers to look like is no flaw.
  const counted = clustersOf(pairs.filter(({ expected }) => !has({ text: expected })))
  // Of near-duplicates, which count as one, what more of them do counts.
  const changes = counted.map((cluster) => cluster.reduce((sum, pair) => sum + Number(has(pair.candidate)) - Number(has(pair.baseline)), 0))
  const gained = changes.filter((change) => change > 0).length
  const lost = changes.filter((change) => change < 0).length
  const rise = (gained - lost) / counted.length
  if (!(rise >= riseThatCounts) || mcnemarExact(lost, gained) > level / flaws.length) return []
  return [`${gained - lost} more answers of ${counted.length} ${words} (${gained} that were not so before)`]
}

/** Gate items are left out: a correction may well be that answers should be shorter. */
function changedLength(pairs: readonly AnswerPair[]): string[] {
  const kept = clustersOf(pairs.filter(({ stratum, baseline }) => stratum !== 'gate' && baseline.text.trim() !== '')).flatMap(
    ([first]) => first ?? [],
  )
  if (kept.length < answersNeeded) return []
  const ratios = kept
    .map(({ baseline, candidate }) => candidate.text.trim().length / baseline.text.trim().length)
    .sort((left, right) => left - right)
  const median = ratios[Math.floor(ratios.length / 2)] ?? 1
  if (median >= muchLonger) return [`answers that should stay as they are have become ${median.toFixed(1)} times as long in the median`]
  if (median > 1 / muchLonger) return []
  return [`answers that should stay as they are have become ${(1 / Math.max(median, 0.01)).toFixed(1)} times shorter in the median`]
}
