import type { ChalkInstance } from 'chalk'
import type { CheckResult } from '../cycle/check.ts'
import { stepNumber } from '../cycle/run-step.ts'
import { describeTriggers } from './triggers.ts'

/** What one look did, in a line or a few. */
export function describeCheck({ action, cycle, step, outcome, next, explanation, triggers }: CheckResult, paint: ChalkInstance): string {
  if (action === 'none')
    return triggers === null
      ? `Nothing is due: ${explanation}.`
      : `${triggers.due ? `Nothing is done: ${explanation}.` : 'Nothing is due:'}\n${describeTriggers(triggers, paint)}`
  if (action === 'opened') return `${paint.bold(cycle ?? '')} opened. ${explanation}`
  if (step === null) return explanation
  const place = `${paint.bold(step.padEnd(8))} ${stepNumber(step)}/8`
  if (action === 'failed') return `${place}  ${paint.red(outcome === 'FAILED' ? 'failed for good' : 'failed; the next check tries again')}`
  if (action === 'waiting') return `${place}  waits: ${explanation}`
  if (next === null) return `${place}  finished; ${cycle ?? ''} ended with ${paint.bold(outcome ?? '')}`
  return `${place}  ${outcome === 'finished' ? explanation : paint.bold(outcome ?? '')}`
}
