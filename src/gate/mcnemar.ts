/**
 * Exact one-sided McNemar test: the probability of at least `losses` losses among `gains + losses` flips when each flip goes either way
 * with probability one half. Counts of items, whole numbers. Without flips 1. McNemar, Q. (1947), Psychometrika 12, 153-157.
 */
export function mcnemarExact(gains: number, losses: number): number {
  const flips = gains + losses
  // The binomial terms are summed from the outermost inwards, each from the one before, in logarithms: 2^-flips alone would underflow.
  let logTerm = -flips * Math.LN2
  let probability = 0
  for (let k = flips; k >= losses; k -= 1) {
    probability += Math.exp(logTerm)
    logTerm += Math.log(k) - Math.log(flips - k + 1)
  }
  return Math.min(1, probability)
}
