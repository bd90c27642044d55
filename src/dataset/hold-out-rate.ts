import { compareText } from './text-key.ts'

/** Held-out items for `failures` failures seen under one release: 40% until 40 are held out, 20% until 100, then 10% (design, section 5.9). */
export function heldOutOf(failures: number): number {
  if (failures <= 100) return Math.round((failures * 2) / 5)
  if (failures <= 400) return 40 + Math.round((failures - 100) / 5)
  return 100 + Math.round((failures - 400) / 10)
}

/** How many of `fresh` failures to hold out after `seen` earlier ones of which `held` were; what rounding left over is made good. */
export function quotaOf(fresh: number, seen: number, held: number): number {
  return Math.min(fresh, Math.max(0, heldOutOf(seen + fresh) - held))
}

/**
 * Takes `quota` candidates, of each category its share (largest remainder), within a category the lowest digests. Equal remainders go to the
 * category whose next candidate has the lower digest, so with many small categories the digest alone decides. Independent of the order given.
 */
export function takeInProportion<Candidate extends { digest: string; category: string }>(
  candidates: readonly Candidate[],
  quota: number,
): Set<Candidate> {
  const categories = new Map<string, Candidate[]>()
  for (const candidate of candidates) {
    const members = categories.get(candidate.category)
    if (members) members.push(candidate)
    else categories.set(candidate.category, [candidate])
  }
  const shares = [...categories.values()].map((members) => {
    members.sort((left, right) => compareText(left.digest, right.digest))
    const scaled = quota * members.length
    return { members, count: Math.floor(scaled / candidates.length), remainder: scaled % candidates.length }
  })
  const nextDigest = (share: (typeof shares)[number]): string => share.members[share.count]?.digest ?? '~'
  shares.sort((left, right) => right.remainder - left.remainder || compareText(nextDigest(left), nextDigest(right)))
  let left = quota - shares.reduce((sum, share) => sum + share.count, 0)
  for (const share of shares) {
    if (left === 0) break
    if (share.remainder === 0) continue
    share.count += 1
    left -= 1
  }
  return new Set(shares.flatMap(({ members, count }) => members.slice(0, count)))
}
