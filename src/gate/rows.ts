import { z } from 'zod'
import { Stratum } from '../evaluation/item.ts'
import { parseJson } from '../evaluation/json-equal.ts'
import { linesOf } from '../evaluation/lines.ts'
import type { AnswerTexts, PairedScore } from './judgement.ts'
import { isScore, refuseProblems } from './validate.ts'

const shownText = z.string().optional().catch(undefined)

/** A model's score on one item, as any harness can write it; other keys are ignored. */
const ResultRow = z.object({
  id: z.union([z.string().min(1), z.number()], 'must be a text').transform(String),
  stratum: z.enum(Stratum.options, `must be one of ${Stratum.options.join(', ')}`),
  category: z.string('must be a text').nullish(),
  cluster: z.string('must be a text').min(1, 'must not be empty').nullish(),
  score: z.custom<number>(isScore, 'must be a number from 0 to 1'),
  // Only shown, so what another harness means by these names must not keep its scores from being judged.
  input: shownText,
  expected: shownText,
  answer: shownText,
})
type ResultRow = z.infer<typeof ResultRow> & { line: number }

/** A results file as text in pieces; `name` is what messages call it. */
export interface ResultSource {
  name: string
  text: AsyncIterable<string> | Iterable<string>
}

/**
 * The rows of `gate judge`, JSON lines `{"id","stratum","category"?,"cluster"?,"score"}` of baseline and candidate, paired by id; with
 * `input`, `expected` and `answer` too, the reasons can show what was lost.
 * Raises GI-GATE-DATA naming the lines of all rows that don't parse, are doubled, or have no partner of the same stratum.
 */
export async function readPairedScores(baseline: ResultSource, candidate: ResultSource): Promise<PairedScore[]> {
  const problems: string[] = []
  const before = await readRows(baseline, problems)
  const after = await readRows(candidate, problems)
  // A row that did not parse has no partner either; saying that as well would only hide what is wrong.
  refuseProblems(problems)

  const scores: PairedScore[] = []
  for (const [id, row] of before) {
    const partner = after.get(id)
    if (partner === undefined) {
      problems.push(`${place(baseline, row)}: item "${id}" is not in ${candidate.name}`)
      continue
    }
    for (const field of ['stratum', 'category', 'cluster'] as const) {
      const [mine, other] = [row[field] ?? null, partner[field] ?? null]
      if (mine !== null && other !== null && mine !== other) {
        problems.push(`${place(candidate, partner)}: item "${id}" has the ${field} "${other}", in ${baseline.name} it has "${mine}"`)
      }
    }
    const category = row.category ?? partner.category ?? 'general'
    const cluster = row.cluster ?? partner.cluster
    const texts = textsOf(row, partner)
    scores.push({
      ...{ id, stratum: row.stratum, category, baseline: row.score, candidate: partner.score },
      ...(cluster != null && { cluster }),
      ...(texts !== undefined && { texts }),
    })
  }
  for (const [id, row] of after) {
    if (!before.has(id)) problems.push(`${place(candidate, row)}: item "${id}" is not in ${baseline.name}`)
  }
  refuseProblems(problems)
  return scores
}

async function readRows(source: ResultSource, problems: string[]): Promise<Map<string, ResultRow>> {
  const rows = new Map<string, ResultRow>()
  for await (const { number, text } of linesOf(source.text)) {
    const at = place(source, { line: number })
    const value = parseJson(text)
    if (value === undefined) {
      problems.push(`${at}: not JSON`)
      continue
    }
    const parsed = ResultRow.safeParse(value)
    if (!parsed.success) {
      problems.push(
        ...parsed.error.issues.map(
          (issue) => `${at}: ${issue.path.length === 0 ? 'not an object' : `${issue.path.join('.')} ${issue.message}`}`,
        ),
      )
      continue
    }
    const first = rows.get(parsed.data.id)
    if (first === undefined) rows.set(parsed.data.id, { ...parsed.data, line: number })
    else problems.push(`${at}: item "${parsed.data.id}" occurs already in line ${first.line}`)
  }
  return rows
}

function textsOf(row: ResultRow, partner: ResultRow): AnswerTexts | undefined {
  const texts = {
    input: row.input ?? partner.input,
    expected: row.expected ?? partner.expected,
    baseline: row.answer,
    candidate: partner.answer,
  }
  return Object.values(texts).every((text) => text === undefined) ? undefined : texts
}

const place = (source: ResultSource, { line }: { line: number }): string => `${source.name} line ${line}`
