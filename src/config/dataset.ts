import { z } from 'zod'
import { patternProblem } from '../evaluation/regex-grader.ts'
import { described, numberWithin, wholeNumber } from './schema-parts.ts'

/** How items that are made from learnings are graded: no pattern and no schema, since their answers are answers. */
const ItemGrader = z.union([
  z.enum(['exact', 'contains', 'numeric', 'json', 'similarity']),
  z.strictObject({ kind: z.literal('command'), name: z.string().min(1) }),
])

const RedactionPattern = z.strictObject({
  name: described(z.string().regex(/^[a-z][a-z0-9-]{0,30}$/), 'Stands in the placeholder: "customer" gives <customer-1>.'),
  pattern: described(
    z
      .string()
      .min(1)
      .refine((pattern) => patternProblem(pattern) === undefined, { error: 'a valid JavaScript pattern of at most 1000 characters' }),
    'What is private, a JavaScript regular expression without flags.',
  ),
})

export const DatasetConfig = z.strictObject({
  maxLearnings: described(wholeNumber(1, 1e7).default(20000), 'Learnings trained on at most, newest first.'),
  replay: described(numberWithin(0, 100).default(1), 'Corpus examples mixed in for each learning.'),
  maxReplay: described(wholeNumber(0, 1e7).default(20000), 'Corpus examples mixed in at most.'),
  validationShare: described(numberWithin(0, 0.5).default(0.05), 'Share of the examples set aside as valid.jsonl.'),
  conflicts: described(
    z.enum(['newest', 'oldest', 'drop']).default('newest'),
    'Of different corrections of one question: the newest or the oldest stands, or all are left out.',
  ),
  redaction: described(
    z.enum(['replace', 'refuse', 'off']).default('replace'),
    'What happens to private data: placeholders take its place, or learnings that hold some are not used, or nothing.',
  ),
  redactionPatterns: described(
    z.array(RedactionPattern).max(50).default([]),
    'What else is private: [{"name":"customer","pattern":"C-[0-9]{6}"}], JavaScript patterns.',
  ),
  graders: described(
    z.record(z.string().min(1), ItemGrader).default({}),
    'How held-out corrections and accepted answers are graded, by category; "*" for all others. See "Your own items".',
  ),
  retentionTarget: described(wholeNumber(0, 10000).default(200), 'Retention items aimed at; the packaged set fills up to it.'),
  seed: described(
    wholeNumber(0, 2147483647).default(42),
    'Seed of everything random in this section; the same seed and input give the same result.',
  ),
})
