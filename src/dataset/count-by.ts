import { compareText } from './text-key.ts'

/** Counts of each text, ascending by text, so that their order says nothing about the order they came in. */
export function countBy(texts: readonly string[], counts: Readonly<Record<string, number>> = {}): Record<string, number> {
  const counted = new Map(Object.entries(counts))
  for (const text of texts) counted.set(text, (counted.get(text) ?? 0) + 1)
  return Object.fromEntries([...counted].sort(([left], [right]) => compareText(left, right)))
}
