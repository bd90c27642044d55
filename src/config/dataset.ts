import { z } from 'zod'
import { patternProblem } from '../evaluation/regex-grader.ts'

/** How items that are made from learnings are graded: no pattern and no schema, since their answers are answers. */
const ItemGrader = z.union([
  z.enum(['exact', 'contains', 'numeric', 'json', 'similarity']),
  z.strictObject({ kind: z.literal('command'), name: z.string().min(1) }),
])

const RedactionPattern = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z][a-z0-9-]{0,30}$/)
    .describe('Stands in the placeholder: "customer" gives <customer-1>.'),
  pattern: z
    .string()
    .min(1)
    .refine((pattern) => patternProblem(pattern) === undefined, { error: 'a valid JavaScript pattern of at most 1000 characters' })
    .describe('What is private, a JavaScript regular expression without flags.'),
})

export const DatasetConfig = z.strictObject({
  maxLearnings: z.int().min(1).max(1e7).default(20000).describe('Learnings trained on at most, newest first.'),
  replay: z.number().min(0).max(100).default(1).describe('Corpus examples mixed in for each learning.'),
  maxReplay: z.int().min(0).max(1e7).default(20000).describe('Corpus examples mixed in at most.'),
  validationShare: z.number().min(0).max(0.5).default(0.05).describe('Share of the examples set aside as valid.jsonl.'),
  conflicts: z
    .enum(['newest', 'oldest', 'drop'])
    .default('newest')
    .describe('Of different corrections of one question: the newest or the oldest stands, or all are left out.'),
  redaction: z
    .enum(['replace', 'refuse', 'off'])
    .default('replace')
    .describe('What happens to private data: placeholders take its place, or learnings that hold some are not used, or nothing.'),
  redactionPatterns: z
    .array(RedactionPattern)
    .max(50)
    .default([])
    .describe('What else is private: [{"name":"customer","pattern":"C-[0-9]{6}"}], JavaScript patterns.'),
  graders: z
    .record(z.string().min(1), ItemGrader)
    .default({})
    .describe('How held-out corrections and accepted answers are graded, by category; "*" for all others. See "Your own items".'),
  retentionTarget: z.int().min(0).max(10000).default(200).describe('Retention items aimed at; the packaged set fills up to it.'),
  seed: z
    .int()
    .min(0)
    .max(2147483647)
    .default(42)
    .describe('Seed of everything random in this section; the same seed and input give the same result.'),
})
