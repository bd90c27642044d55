/** What a run of this length costs; null when no price is set. */
export const costOf = (durationMs: number, costPerHour: number | undefined): number | null =>
  costPerHour === undefined ? null : Math.round((durationMs / 3_600_000) * costPerHour * 100) / 100
