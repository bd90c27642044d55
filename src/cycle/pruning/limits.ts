/** Something that is kept until a limit says otherwise. */
export interface Kept {
  name: string
  /** Since when its age counts, milliseconds. */
  atMs: number
  bytes: number
  /** Never goes; it counts towards the limits before all others. */
  isProtected: boolean
}

export interface Limits {
  count?: number | undefined
  days?: number | undefined
  bytes?: number | undefined
}

export type Limit = keyof Limits

/** What goes beyond the limits, and by which of them; newest first. What is older than something that is one too many goes as well. */
export function beyondLimits<One extends Kept>(kept: readonly One[], limits: Limits, nowMs: number): { one: One; limit: Limit }[] {
  const held = kept.filter(({ isProtected }) => isProtected)
  let count = held.length
  let bytes = held.reduce((sum, one) => sum + one.bytes, 0)
  const newestFirst = kept
    .filter(({ isProtected }) => !isProtected)
    .sort((left, right) => right.atMs - left.atMs || (left.name < right.name ? 1 : -1))
  return newestFirst.flatMap((one) => {
    count += 1
    bytes += one.bytes
    const limit = exceeded({ count, days: (nowMs - one.atMs) / dayMs, bytes }, limits)
    return limit === null ? [] : [{ one, limit }]
  })
}

const dayMs = 24 * 3_600_000

function exceeded(reached: Record<Limit, number>, limits: Limits): Limit | null {
  for (const limit of ['count', 'days', 'bytes'] as const) if (reached[limit] > (limits[limit] ?? Infinity)) return limit
  return null
}
