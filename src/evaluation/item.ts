import { z } from 'zod'
import { ChatMessage } from '../learnings/learning.ts'

/** How an answer is compared with what was expected. `exact` normalises white space. */
export const Grader = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('exact') }),
  z.object({ kind: z.literal('contains') }),
  z.object({ kind: z.literal('regex'), flags: z.string().optional() }),
  z.object({ kind: z.literal('numeric'), tolerance: z.number().nonnegative().optional() }),
  z.object({ kind: z.literal('json') }),
  z.object({ kind: z.literal('similarity') }),
  z.object({ kind: z.literal('json-schema') }),
  z.object({ kind: z.literal('command'), name: z.string().min(1) }),
])
export type Grader = z.infer<typeof Grader>
/** What compares texts by itself; the others take a validator or a program. */
export type TextGrader = Exclude<Grader, { kind: 'json-schema' | 'command' }>

export const Stratum = z.enum(['gate', 'regression', 'retention'])
export type Stratum = z.infer<typeof Stratum>

/** A question with a checkable answer. `expected` is what the grader compares with: a text, a pattern, a number or JSON. */
export const EvaluationItem = z.object({
  id: z.string().min(1),
  input: z.string().min(1),
  context: z.array(ChatMessage).default([]),
  expected: z.string().min(1),
  grader: Grader.default({ kind: 'exact' }),
  category: z.string().default('general'),
})
export type EvaluationItem = z.infer<typeof EvaluationItem>
