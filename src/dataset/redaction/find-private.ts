import type { RedactionRule } from './rule.ts'

/** A private value in a text. */
export interface Finding {
  kind: string
  value: string
  start: number
  end: number
}

/** The private values in a text, in its order; of overlapping ones that of the earlier rule. `before`: findings that stand already. */
export function findPrivate(text: string, rules: readonly RedactionRule[], before: readonly Finding[] = []): Finding[] {
  const findings: Finding[] = []
  const take = (finding: Finding): void => {
    if (findings.every((other) => finding.end <= other.start || finding.start >= other.end)) findings.push(finding)
  }
  for (const finding of before) take(finding)
  for (const { kind, pattern, mayContain, accept } of rules) {
    if (mayContain?.(text) === false) continue
    for (const match of text.matchAll(pattern)) {
      const value = accept ? accept(match[0]) : match[0]
      if (value !== undefined && value !== '') take({ kind, value, start: match.index, end: match.index + value.length })
    }
  }
  return findings.sort((left, right) => left.start - right.start)
}
