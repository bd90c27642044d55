/** Runs `work` as a user without root's power to read and write everything, so that permissions count in tests that root runs too. */
export async function asUnprivileged<Result>(work: () => Promise<Result>): Promise<Result> {
  if (process.getuid?.() !== 0 || process.seteuid === undefined) return work()
  process.seteuid(65534)
  try {
    return await work()
  } finally {
    process.seteuid(0)
  }
}
