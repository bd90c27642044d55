import type { Hold } from './hold.ts'

/** What of a home's status matters here. */
interface Facts {
  cycle: { id: string; status: string; error: string | null; waiting_for: Pick<Hold, 'waitingFor'> | null } | null
  blockers: { remedy: string }[]
  last_verdict: { cycle: string; outcome: string } | null
  last_check_time: string | null
  should_trigger: boolean
  backoff_until: string | null
}

/** Timers call every hour; a day without a call means that none does. */
const longestSilenceMs = 25 * 3_600_000

const byHand = 'run "genesis-improve check --until-idle" by hand'

/**
 * Pure: what somebody should do now, in one line; null when nothing is wrong. `remedy` is the one recorded with the failure of the open
 * cycle's step, or of the last cycle if it failed.
 */
export function whatToDo(facts: Facts, remedy: string | null, now: Date): string | null {
  const { cycle, blockers, last_verdict: last, should_trigger: due } = facts
  if (cycle?.status === 'running') return 'nothing: it is at work'
  const silent = isSilent(facts, now)
  const [blocker] = blockers
  if (cycle !== null) {
    if (cycle.error !== null) return [adviceFor(cycle.id, remedy), ...(silent ? [timerAdvice(facts)] : [])].join(' ')
    if (cycle.waiting_for !== null)
      return cycle.waiting_for.waitingFor === 'approval'
        ? 'look at "genesis-improve show", and decide'
        : 'nothing: it goes on by itself then'
    if (blocker !== undefined) return blocker.remedy
    return silent ? timerAdvice(facts) : 'nothing: the next check goes on from there'
  }
  if (blocker !== undefined) return blocker.remedy
  if (due) return silent ? timerAdvice(facts) : null
  if (last === null || last.outcome === 'DEPLOY') return null
  return afterCycle(last.outcome, adviceFor(last.cycle, remedy), facts, now)
}

/** A remedy speaks of any cycle; here it is this one. */
const adviceFor = (cycle: string, remedy: string | null): string =>
  (remedy ?? 'See "genesis-improve show CYCLE".').replaceAll(/\bCYCLE\b/g, cycle)

function isSilent({ last_check_time: checked }: Facts, now: Date): boolean {
  return checked === null || now.getTime() - Date.parse(checked) > longestSilenceMs
}

function timerAdvice({ last_check_time: checked }: Facts): string {
  const since = checked === null ? 'No check has run yet' : `No check has run since ${checked.slice(0, 16).replace('T', ' ')} UTC`
  return `${since}: see whether the timer runs ("genesis-improve doctor"), or ${byHand}.`
}

function afterCycle(outcome: string, advice: string, { backoff_until: until }: Facts, now: Date): string {
  const waits = until !== null && Date.parse(until) > now.getTime()
  const again = `"genesis-improve trigger" tries again now${waits ? `; by itself not before ${until.slice(0, 16).replace('T', ' ')} UTC` : ''}`
  switch (outcome) {
    case 'FAILED':
      return `${advice} Then: ${again}.`
    case 'ABSTAIN':
      return 'go on recording corrections and successes; "genesis-improve show" says what is missing.'
    case 'REFUSE':
      return `see in "genesis-improve show" what got worse, and mend or forget bad corrections. ${again}.`
    case 'ROLLED_BACK':
      return `record what the model got wrong. ${again}.`
    default:
      return `nothing: its learnings wait. ${again}.`
  }
}
