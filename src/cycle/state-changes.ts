import type { State } from '../state/state.ts'
import { nextBackoff } from '../triggers/hold-back.ts'
import type { Closed } from './journal.ts'
import type { Outcome } from './step.ts'

/** Counts a training once, however often this is applied: the cycle's id stands in the state beside the count. */
export function trainingFinished(state: State, cycleId: string, at: string): State {
  if (state.last_trained_cycle === cycleId) return state
  return { ...state, last_trained_cycle: cycleId, last_training_time: at, training_runs: state.training_runs + 1 }
}

export function cycleOpened(state: State, cycleId: string, at: string): State {
  return { ...state, open_cycle: cycleId, last_check_time: at, first_check_time: state.first_check_time ?? at }
}

/** What closing a cycle changes beside what its journal says. */
export interface Aftermath {
  /** The release this cycle deployed; null when it deployed none. */
  release: string | null
  /** Estimated live accuracy of the model that is current afterwards; null when nothing was evaluated. */
  improvementScore: number | null
  /** Usable learnings without a fate, counted after the fates were written. */
  waiting: number
}

/** Applied again to its own result it changes nothing, so that a crash between journal and state does no harm. */
export function cycleClosed(state: State, id: string, closed: Closed, { release, improvementScore, waiting }: Aftermath): State {
  if (state.open_cycle !== id) return state
  const { outcome, at, reasons, fingerprint, newly_pinned, learnings_seen, backoff } = closed
  const { last_closed_cycle: newest } = state
  return {
    ...state,
    open_cycle: null,
    current_model: release ?? state.current_model,
    learnings_since_training: waiting,
    improvement_score: improvementScore ?? state.improvement_score,
    last_cycle: { id, outcome, at, reasons, fingerprint, newly_pinned, learnings_seen },
    last_closed_cycle: newest === null || newest < id ? id : newest,
    backoff,
  }
}

/** How long the next cycle waits after this outcome, in the form the state keeps. */
export function backoffAfter(state: State, outcome: Outcome, now: string): State['backoff'] {
  const previous = state.backoff === null ? null : { until: state.backoff.until, hours: firstBackoffHours * 2 ** state.backoff.doublings }
  const next = nextBackoff(previous, outcome, now)
  return next === null ? null : { until: next.until, doublings: Math.round(Math.log2(next.hours / firstBackoffHours)) }
}

const firstBackoffHours = 24

export function checked(state: State, at: string, waiting: number): State {
  return { ...state, last_check_time: at, first_check_time: state.first_check_time ?? at, learnings_since_training: waiting }
}

/** The intention stands in the state before the switch, so that a rollback cut short is finished by the next call. */
export function rollbackIntended(state: State, from: string, to: string, at: string): State {
  return { ...state, pending_rollback: { from, to, at } }
}

export const rollbackWithdrawn = (state: State): State => ({ ...state, pending_rollback: null })

/** What a rollback takes back. */
export interface Undone {
  /** The cycle that made the release. */
  cycle: string
  fingerprint: string
  learningsSeen: number
  /** Learnings that are still held out by the cycles that are undone. */
  newlyPinned: number
  /** Estimated live accuracy of the model that is served again; null when it is not known. */
  improvementScore: number | null
}

/** The release's learnings are waiting again; the cycle that made it counts as rolled back. */
export function rolledBack(state: State, undone: Undone, waiting: number): State {
  const pending = state.pending_rollback
  if (pending === null) return state
  return {
    ...state,
    pending_rollback: null,
    current_model: pending.to,
    learnings_since_training: waiting,
    improvement_score: undone.improvementScore ?? state.improvement_score,
    last_cycle: {
      id: undone.cycle,
      outcome: 'ROLLED_BACK',
      at: pending.at,
      reasons: [`${pending.from} was rolled back to ${pending.to}`],
      fingerprint: undone.fingerprint,
      newly_pinned: undone.newlyPinned,
      learnings_seen: undone.learningsSeen,
    },
    backoff: backoffAfter(state, 'ROLLED_BACK', pending.at),
  }
}

/** Something that stands in journals and releases, and not in the state. */
export type Missed =
  | { what: 'trained'; cycle: string; at: string }
  | ({ what: 'closed'; cycle: string; closed: Closed } & Omit<Aftermath, 'waiting'>)
  | { what: 'rolled back'; pending: NonNullable<State['pending_rollback']>; undone: Undone }

/** The state as it would be had it been there when all of this happened. No cycle may be open. */
export function caughtUp(state: State, missed: readonly Missed[], waiting: number): State {
  return missed.reduce((current, event) => {
    if (event.what === 'trained') return trainingFinished(current, event.cycle, event.at)
    if (event.what === 'rolled back') return rolledBack({ ...current, pending_rollback: event.pending }, event.undone, waiting)
    return cycleClosed({ ...current, open_cycle: event.cycle }, event.cycle, event.closed, { ...event, waiting })
  }, state)
}
