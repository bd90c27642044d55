/**
 * After which steps an adapter is kept beside the last one: ends of whole passes, the newest `keep` - 1 of them. Passes share their
 * conversations out evenly enough that the end of pass k is taken at k / epochs of the steps.
 */
export function keptSteps(steps: number, epochs: number, keep: number): number[] {
  const passes = Array.from({ length: Math.max(0, Math.ceil(epochs) - 1) }, (_, index) => Math.round(((index + 1) * steps) / epochs))
  const ends = [...new Set(passes)].filter((step) => step > 0 && step < steps)
  return keep > 1 ? ends.slice(1 - keep) : []
}
