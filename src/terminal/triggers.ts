import type { ChalkInstance } from 'chalk'
import type { TriggerDecision } from '../triggers/evaluate.ts'

const marks = { met: '●', 'not met': '○', unknown: '?' } as const

/** A line a trigger: whether it is met, and its numbers. */
export function describeTriggers(decision: TriggerDecision, paint: ChalkInstance): string {
  return decision.triggers
    .map(({ name, state, explanation }) => {
      const mark = state === 'met' ? paint.green(marks.met) : paint.dim(marks[state])
      return `  ${mark} ${name.padEnd(12)} ${state.padEnd(8)} ${explanation}`
    })
    .join('\n')
}
