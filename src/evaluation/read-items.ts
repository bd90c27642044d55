import { createReadStream } from 'node:fs'
import { GenesisError, systemErrorCode } from '../errors.ts'
import type { EvaluationItem } from './item.ts'
import { itemFromLine } from './item-line.ts'
import type { ItemLine } from './item-line.ts'
import { parseJson } from './json-equal.ts'
import { linesOf } from './lines.ts'

export interface ItemFile {
  items: EvaluationItem[]
}

const shownProblems = 20

/**
 * The items of a JSON lines file such as data/gate.jsonl; none when there is no such file. Raises GI-ITEMS-INVALID naming every line that
 * can't be used, doubled ids among them: a gate that leaves out items in silence would be another gate.
 */
export async function readItems(file: string): Promise<ItemFile> {
  const items = new Map<string, { item: EvaluationItem; line: number }>()
  const problems: string[] = []
  try {
    for await (const { number, text } of linesOf(createReadStream(file, 'utf8') as AsyncIterable<string>)) {
      const value = parseJson(text)
      const line = value === undefined ? { problems: ['not JSON'] } : await withSchema(itemFromLine(value))
      if ('problems' in line) problems.push(...line.problems.map((problem) => `line ${number}: ${problem}`))
      else {
        const earlier = items.get(line.item.id)
        if (earlier === undefined) items.set(line.item.id, { item: line.item, line: number })
        else problems.push(`line ${number}: ${sameAs(earlier, line.item)}`)
      }
    }
  } catch (error) {
    const code = systemErrorCode(error)
    if (code === 'ENOENT') return { items: [] }
    if (code === undefined) throw error
    throw new GenesisError('GI-ITEMS-INVALID', {
      what: `${file} cannot be read.`,
      why: code,
      remedy: 'Make it a readable regular file.',
      cause: error,
    })
  }
  if (problems.length > 0) {
    const more = problems.length > shownProblems ? [`and ${problems.length - shownProblems} more`] : []
    const why = [...problems.slice(0, shownProblems), ...more].join('; ')
    throw new GenesisError('GI-ITEMS-INVALID', { what: `${file} is not valid.`, why })
  }
  return { items: [...items.values()].map(({ item }) => item) }
}

/** A schema that can't be compiled would be found only when a model has answered. */
async function withSchema(line: ItemLine): Promise<ItemLine> {
  if ('problems' in line || line.item.grader.kind !== 'json-schema') return line
  // Big, and of use only here.
  const { schemaProblem } = await import('./json-schema-grader.ts')
  const problem = schemaProblem(line.item.expected)
  return problem === undefined ? line : { problems: [`the expected answer is no JSON Schema: ${problem}`] }
}

function sameAs(earlier: { item: EvaluationItem; line: number }, item: EvaluationItem): string {
  const what = earlier.item.input === item.input ? 'the same question' : `the same id "${item.id}"`
  return `${what} as in line ${earlier.line}`
}
