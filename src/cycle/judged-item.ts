import { z } from 'zod'
import type { ScoredItem } from '../evaluation/grade-answers.ts'
import { Stratum } from '../evaluation/item.ts'
import type { EvaluationItem } from '../evaluation/item.ts'
import type { GivenAnswer } from '../gate/answer-flaws.ts'
import type { AnswerPair } from '../gate/behaviour.ts'
import type { PairedScore } from '../gate/judgement.ts'
import { readJsonLines } from '../state/json-lines.ts'
import { damagedRecord } from './journal.ts'

/** One model's answer to one pinned item, as kept in prepare/baseline.jsonl and evaluate/*.jsonl; also what `gate judge` reads. */
export const JudgedItem = z.object({
  id: z.string(),
  stratum: Stratum,
  category: z.string(),
  /** Near-duplicates share one: the gate counts them as one item. */
  cluster: z.string().optional(),
  score: z.number().min(0).max(1),
  input: z.string(),
  expected: z.string(),
  answer: z.string(),
  /** Why generation ended; left out in results of other programs. */
  finish: z.enum(['stop', 'length']).nullable().optional(),
})
export type JudgedItem = z.infer<typeof JudgedItem>

/** Throws GI-JOURNAL-UNREADABLE for a damaged file, and the system's error when it can't be read. */
export async function readJudgedItems(file: string): Promise<JudgedItem[]> {
  try {
    return (await readJsonLines(file)).map((row) => JudgedItem.parse(row))
  } catch (error) {
    throw error instanceof SyntaxError || error instanceof z.ZodError ? damagedRecord(file) : error
  }
}

export function judgedItem(
  { item, answer, score }: ScoredItem<EvaluationItem & { cluster?: string | undefined }>,
  stratum: Stratum,
): JudgedItem {
  const { id, category, cluster, input, expected } = item
  return {
    id,
    stratum,
    category,
    ...(cluster !== undefined && { cluster }),
    score,
    input,
    expected,
    answer: answer.text,
    finish: answer.finish,
  }
}

/** Both models' scores, by item; an item that the candidate has no row for gets no score, which the gate refuses to judge. */
export function pairedScores(baseline: readonly JudgedItem[], candidate: readonly JudgedItem[]): PairedScore[] {
  const after = new Map(candidate.map((row) => [row.id, row]))
  return baseline.map(({ id, stratum, category, cluster, score, input, expected, answer }) => {
    const other = after.get(id)
    const texts = { input, expected, baseline: answer, candidate: other?.answer }
    return { id, stratum, category, cluster, baseline: score, candidate: other?.score ?? NaN, texts }
  })
}

/** Both models' answers, by item; items without the candidate's are left out. */
export function answerPairs(baseline: readonly JudgedItem[], candidate: readonly JudgedItem[]): AnswerPair[] {
  const after = new Map(candidate.map((row) => [row.id, row]))
  return baseline.flatMap((before) => {
    const other = after.get(before.id)
    if (other === undefined) return []
    const { stratum, cluster, expected } = before
    return [{ stratum, cluster, expected, baseline: given(before), candidate: given(other) }]
  })
}

const given = ({ answer, finish }: JudgedItem): GivenAnswer => ({ text: answer, finish })
