/** Natural logarithm of n!; Stirling's series from 16 on, where its error is under 1e-12. */
function logFactorial(n: number): number {
  if (n < 16) {
    let product = 1
    for (let factor = 2; factor <= n; factor += 1) product *= factor
    return Math.log(product)
  }
  const n2 = n * n
  return n * Math.log(n) - n + Math.log(2 * Math.PI * n) / 2 + (1 / 12 - (1 / 360 - 1 / (1260 * n2)) / n2) / n
}

/** Probability of exactly `k` successes in `trials` with probability `p` each. */
export function binomialProbability(k: number, trials: number, p: number): number {
  if (p <= 0) return k === 0 ? 1 : 0
  if (p >= 1) return k === trials ? 1 : 0
  const ways = logFactorial(trials) - logFactorial(k) - logFactorial(trials - k)
  return Math.exp(ways + k * Math.log(p) + (trials - k) * Math.log1p(-p))
}

/** Probability of at least `k` successes in `trials`. */
export function binomialTail(k: number, trials: number, p: number): number {
  if (k <= 0) return 1
  if (k > trials) return 0
  // Below the mean the other side is the shorter sum; either way terms fall from the first one on, and the sum ends when they vanish.
  if (k < trials * p) return 1 - binomialTail(trials - k + 1, trials, 1 - p)
  let total = 0
  for (let successes = k; successes <= trials; successes += 1) {
    const term = binomialProbability(successes, trials, p)
    total += term
    if (term <= total * 1e-16) break
  }
  return Math.min(1, total)
}
