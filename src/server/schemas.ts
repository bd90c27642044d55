import { z } from 'zod'
import { Step } from '../cycle/step.ts'
import { ChatMessage, LearningKind } from '../learnings/learning.ts'
import { CycleOutcome } from '../state/state.ts'

// What goes over the wire. The replies describe themselves here for /openapi.json; a caller must expect further fields.

const Moment = z.union([z.string(), z.number()]).describe('ISO 8601, or seconds or milliseconds since 1970; now unless told.')

/** At most so many learnings or outcomes in one request. */
export const mostEntries = 100

/** An entry as the learnings files have them; other usual names of the fields are understood too. */
const LearningEntry = z.looseObject({
  id: z.string().optional().describe('An identity of your own: sent twice, it is recorded once. Otherwise the content is the identity.'),
  kind: LearningKind.optional().describe('"correction" unless told.'),
  input: z.string().optional().describe('What the model was asked.'),
  correction: z.string().optional().describe('What the answer should have been.'),
  original: z.string().optional().describe('What the model answered instead.'),
  context: z.array(ChatMessage).optional().describe('Turns before the input.'),
  category: z.string().optional(),
  timestamp: Moment.optional(),
  source: z.string().optional(),
  author: z.string().optional(),
})

/** What became of one answer in the field. */
export const Outcome = z.strictObject({
  id: z.string().min(1).optional(),
  outcome: z.enum(['success', 'failure']).describe('Whether the answer was accepted as it was.'),
  input: z.string().describe('What the model was asked.'),
  answer: z.string().optional().describe('What it answered.'),
  context: z.array(ChatMessage).optional(),
  category: z.string().optional(),
  at: Moment.optional(),
  source: z.string().optional(),
  author: z.string().optional(),
})
export type Outcome = z.infer<typeof Outcome>

const several = <Entry extends z.ZodType>(entry: Entry) => z.array(entry).min(1).max(mostEntries)

/** For /openapi.json only: entries are read one by one, so that a refusal names the one that is wrong. */
export const LearningsBody = z.union([LearningEntry, several(LearningEntry), z.object({ learnings: several(LearningEntry) })])
export const OutcomesBody = z.union([Outcome, several(Outcome), z.object({ outcomes: several(Outcome) })])

export const StatusReply = z.looseObject({
  last_training_time: z.string().nullable(),
  learnings_since_training: z.int(),
  current_model: z.string(),
  training_runs: z.int(),
  improvement_score: z.number(),
  should_trigger: z.boolean(),
  trigger_reason: z.string().describe('"Thresholds not met" when nothing is due.'),
  blockers: z.array(z.object({ code: z.string(), what: z.string(), remedy: z.string() })),
})

export const TriggerReply = z.object({ success: z.literal(true), message: z.string(), triggered_at: z.string() })

const CycleReply = z.looseObject({ id: z.string(), openedAt: z.string(), outcome: CycleOutcome.nullable(), step: Step.nullable() })
export const ShownCycleReply = CycleReply
export const HistoryReply = z.looseObject({
  current_model: z.string(),
  cycles: z.array(CycleReply),
  releases: z.array(z.looseObject({ name: z.string(), deployedAt: z.string().nullable() })),
})

export const RecordedReply = z.object({
  recorded: z.int().describe('How many were written now; those that were recorded before are not.'),
  learnings: z.array(z.object({ id: z.string(), recorded: z.boolean(), usable: z.boolean() })),
})

export const HealthReply = z.object({ status: z.enum(['ok', 'ready']) })

export const ErrorReply = z.object({
  error: z.object({ code: z.string(), what: z.string(), why: z.string().optional(), remedy: z.string() }),
})
