import type { Config } from '../config/schema.ts'
import { checkItem, defaultGrader } from '../evaluation/graders.ts'
import type { EvaluationItem, Grader } from '../evaluation/item.ts'

/** The grader for an item that is made from a learning or from the corpus. */
export type GradedBy = (item: Pick<EvaluationItem, 'category' | 'expected'>) => Grader

/** The grader that the rules name for the category, or for all others under "*"; the usual one where there is none, or where it can't grade the answer. */
export function gradersFrom(rules: Config['dataset']['graders']): GradedBy {
  const byCategory = new Map(Object.entries(rules))
  return ({ category, expected }) => {
    const named = byCategory.get(category) ?? byCategory.get('*')
    if (named === undefined) return defaultGrader(expected)
    const grader = typeof named === 'string' ? { kind: named } : named
    return checkItem({ expected, grader }).length === 0 ? grader : defaultGrader(expected)
  }
}
