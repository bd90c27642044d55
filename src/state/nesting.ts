/** Deeper than anything that is meant; copying and writing a value fail only at some thousand levels. */
const deepest = 100

/** Whether a parsed JSON value is nested so deeply that it can be read and not be written again. */
export function isNestedTooDeeply(value: unknown): boolean {
  let level: unknown[] = [value]
  for (let depth = 0; depth <= deepest; depth += 1) {
    level = level.flatMap((inner): unknown[] => (typeof inner === 'object' && inner !== null ? Object.values(inner) : []))
    if (level.length === 0) return false
  }
  return true
}
