/** One start of a training program for a job. */
export interface Attempt {
  /** Its own folder of the output, which no earlier attempt wrote to: what lies in it is new. */
  folder: string
  /** Steps that earlier attempts have done. */
  done: number
  /** What it goes on from, relative to the output; null when it begins at the beginning. */
  checkpoint: string | null
}

/**
 * The attempt after those that left `kept` (paths in the output). `stepOf` says behind which step a file of an attempt is a checkpoint, or null;
 * it gets the path inside the attempt's folder and the steps that were done before that attempt.
 */
export function nextAttempt(kept: readonly string[], stepOf: (file: string, before: number) => number | null): Attempt {
  let [number, done, checkpoint]: [number, number, string | null] = [0, 0, null]
  for (const name of kept) {
    const [, attempt, before, file = ''] = /^attempt-(\d+)-after-(\d+)(?:\/(.+))?$/.exec(name) ?? []
    if (attempt === undefined) continue
    number = Math.max(number, Number(attempt))
    const step = stepOf(file, Number(before))
    if (step !== null && step > done) [done, checkpoint] = [step, name]
  }
  return { folder: `attempt-${String(number + 1).padStart(4, '0')}-after-${done}`, done, checkpoint }
}
