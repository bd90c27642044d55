/** A closed interval of differences of accuracies. */
export interface Interval {
  lower: number
  upper: number
}

/** Paired results of one stratum: `gains` and `losses` are sums of the differences upwards and downwards, so they may be fractions. */
export interface Counts {
  n: number
  gains: number
  losses: number
}

// 60 halvings of [-1, 1] leave less than 1e-17: as exact as doubles are.
const halvings = 60

/**
 * Score interval of the paired difference of accuracies (gains - losses) / n; `z` is the one-sided normal quantile of its bounds.
 * Without items nothing is known: [-1, 1]. Tango, T. (1998), Equivalence test and confidence interval for the difference in
 * proportions for the paired-sample design, Statistics in Medicine 17, 891-908.
 */
export function tangoInterval(counts: Counts, z: number): Interval {
  return { lower: tangoLower(counts, z), upper: -tangoLower({ ...counts, gains: counts.losses, losses: counts.gains }, z) }
}

/**
 * The least difference that the score test does not reject. The test statistic falls as the assumed difference grows, so halving finds
 * it; comparing without dividing keeps the ends (no items, no flips, all flips), where the variance is 0, free of special cases.
 */
function tangoLower({ n, gains, losses }: Counts, z: number): number {
  if (n === 0) return -1
  let below = -1
  let above = (gains - losses) / n
  for (let step = 0; step < halvings; step += 1) {
    const middle = (below + above) / 2
    const deviation = z * Math.sqrt(scoreVariance({ n, gains, losses }, middle))
    if (gains - losses - n * middle >= deviation) below = middle
    else above = middle
  }
  return above
}

/** Variance of gains - losses when the true difference is `delta`, with the rate of losses that is then most likely. */
function scoreVariance({ n, gains, losses }: Counts, delta: number): number {
  const a = 2 * n
  const b = -gains - losses + (2 * n - gains + losses) * delta
  const c = -losses * delta * (1 - delta)
  const root = Math.sqrt(Math.max(0, b * b - 4 * a * c))
  // The two forms of the quadratic formula: the one that adds, not subtracts, numbers of one sign loses no digits.
  const lossRate = b > 0 ? (-2 * c) / (b + root) : (root - b) / (2 * a)
  return Math.max(0, n * (2 * lossRate + delta * (1 - delta)))
}
