import { z } from 'zod'
import { isNestedTooDeeply } from './nesting.ts'

const isoText = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)(Z|[+-]\d{2}:?\d{2})?)?$/

/** ISO 8601; kept as UTC. A time without an offset is taken as UTC, as the earlier system wrote it. */
export const Timestamp = z.string().transform((text, context) => {
  const match = isoText.exec(text)
  const at = match === null ? Number.NaN : Date.parse(`${match[1]}T${match[2] ?? '00:00'}${match[3] ?? 'Z'}`)
  if (Number.isNaN(at)) {
    context.addIssue({ code: 'custom', message: 'not a time in ISO 8601' })
    return z.NEVER
  }
  return new Date(at).toISOString()
})

export const CycleOutcome = z.enum(['DEPLOY', 'REFUSE', 'ABSTAIN', 'FAILED', 'CANCELLED', 'ROLLED_BACK'])
export type CycleOutcome = z.infer<typeof CycleOutcome>

/** How the newest closed cycle ended, as far as the triggers need to know. */
export const LastCycle = z.object({
  id: z.string().min(1),
  outcome: CycleOutcome,
  at: Timestamp,
  reasons: z.array(z.string()),
  /** Digest of the usable learnings, base and configuration it ran with: while it is the same, it isn't opened again by itself. */
  fingerprint: z.string(),
  newly_pinned: z.int().min(0),
  learnings_seen: z.int().min(0),
})
export type LastCycle = z.infer<typeof LastCycle>

export const Backoff = z.object({ until: Timestamp, doublings: z.int().min(0) })
export type Backoff = z.infer<typeof Backoff>

const ProbationEnd = z.object({ release: z.string(), at: Timestamp, end: z.enum(['rolled-back', 'warned']), text: z.string() })

/** Set when the file was damaged or gone and was made anew from releases and journals. */
const Rebuilt = z.object({ at: Timestamp, because: z.string(), kept_as: z.string().nullable() })

export const currentSchemaVersion = 1
export const baseModelName = 'genesis-base'

/** data/genesis_improvement_state.json. The first six fields are those of the earlier system; fields unknown here are kept as they are. */
export const State = z.looseObject({
  schema_version: z.literal(currentSchemaVersion),
  last_training_time: Timestamp.nullable(),
  learnings_since_training: z.int().min(0),
  current_model: z.string().min(1),
  training_runs: z.int().min(0),
  /** Estimated live accuracy of the current model when last evaluated; 0 at first. */
  improvement_score: z.number(),
  last_check_time: Timestamp.nullable(),
  /** Before the first training the time trigger counts from here. */
  first_check_time: Timestamp.nullable().default(null),
  open_cycle: z.string().min(1).nullable().default(null),
  /** The cycle whose training was counted last, so that none is counted twice. */
  last_trained_cycle: z.string().nullable().default(null),
  last_cycle: LastCycle.nullable().default(null),
  /** The newest cycle whose end stands in this state. Newer ones that have ended were missed by it: it is older than they are. */
  last_closed_cycle: z.string().nullable().default(null),
  backoff: Backoff.nullable().default(null),
  /** A rollback that was begun; the next command finishes it. */
  pending_rollback: z.object({ from: z.string(), to: z.string(), at: Timestamp }).nullable().default(null),
  /** The release whose failures rose, and what came of it, so that it is looked into once. */
  probation: ProbationEnd.nullable().default(null),
  rebuilt: Rebuilt.nullable().default(null),
})
export type State = z.infer<typeof State>

export const defaultState: State = Object.freeze({
  schema_version: currentSchemaVersion,
  last_training_time: null,
  learnings_since_training: 0,
  current_model: baseModelName,
  training_runs: 0,
  improvement_score: 0,
  last_check_time: null,
  first_check_time: null,
  open_cycle: null,
  last_trained_cycle: null,
  last_cycle: null,
  last_closed_cycle: null,
  backoff: null,
  pending_rollback: null,
  probation: null,
  rebuilt: null,
})

/** What a state file's bytes mean. */
export type StateContent = { state: State } | { damage: string } | { newer: number }

/** Reads bytes as a state, migrating older versions; never guesses what is not there. */
export function parseState(bytes: Uint8Array): StateContent {
  let raw: unknown
  try {
    raw = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (error) {
    if (bytes.length === 0) return { damage: 'it is empty' }
    if (error instanceof SyntaxError) return { damage: `it is not JSON (${error.message})` }
    if (error instanceof TypeError) return { damage: 'it is not UTF-8 text' }
    throw error
  }
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) return { damage: 'it holds no object' }
  if (isNestedTooDeeply(raw)) return { damage: 'it is nested too deeply' }
  const version: unknown = 'schema_version' in raw ? raw.schema_version : 0
  if (typeof version === 'number' && Number.isInteger(version) && version > currentSchemaVersion) return { newer: version }
  const parsed = State.safeParse('schema_version' in raw ? raw : fromEarlierSystem(raw))
  if (parsed.success) return { state: parsed.data }
  const faults = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`)
  return { damage: `it does not fit (${faults.join('; ')})` }
}

/**
 * Version 0 is the earlier system's file, without schema_version. The four fields that carry history must stand in it; the other
 * two were added to it later.
 */
function fromEarlierSystem(raw: object): object {
  return { improvement_score: 0, last_check_time: null, ...raw, schema_version: currentSchemaVersion }
}
