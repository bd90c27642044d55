import { GenesisError } from '../errors.ts'
import { inLanes } from '../runtimes/in-lanes.ts'
import type { Answer } from '../runtimes/port.ts'
import { processorCount } from '../system/process.ts'
import type { ProgramCommand } from '../system/ask-program.ts'
import { grade } from './graders.ts'
import type { EvaluationItem } from './item.ts'

export interface GraderSurroundings {
  /** `gate.graders` of the configuration. */
  commands: Readonly<Record<string, ProgramCommand>>
  homeRoot: string
}

export interface ScoredItem<Item extends EvaluationItem> {
  item: Item
  answer: Answer
  /** 0 to 1. */
  score: number
}

/**
 * The items with their answers' scores, in their order. Programs run as many at a time as there are processors.
 * @throws GenesisError GI-GATE-DATA for an item without an answer, GI-ITEMS-INVALID, GI-GRADER-FAILED: what can't be graded is an error, not a 0
 */
export async function scoreItems<Item extends EvaluationItem>(
  items: readonly Item[],
  answers: ReadonlyMap<string, Answer>,
  surroundings: GraderSurroundings,
): Promise<ScoredItem<Item>[]> {
  const scored = items.map((item) => {
    const answer = answers.get(item.id)
    if (answer === undefined) throw new GenesisError('GI-GATE-DATA', { what: `There is no answer to item "${item.id}".` })
    return { item, answer, score: NaN }
  })
  const work = async (one: ScoredItem<Item>): Promise<void> => {
    one.score = await gradeAnswer(one.item, one.answer.text, surroundings)
  }
  for await (const _done of inLanes(scored, processorCount(), work)) continue
  return scored
}

/** The programs among the items' graders, by name, each with a digest of what it is now. */
export async function graderDigests(
  items: readonly EvaluationItem[],
  { commands, homeRoot }: GraderSurroundings,
): Promise<Record<string, string>> {
  const names = new Set(items.flatMap(({ grader }) => (grader.kind === 'command' ? [grader.name] : [])))
  if (names.size === 0) return {}
  const { commandDigest } = await import('../system/command-digest.ts')
  const used = Object.entries(commands).filter(([name]) => names.has(name))
  const digests: Record<string, string> = {}
  for (const [name, command] of used) digests[name] = await commandDigest(command, homeRoot)
  return digests
}

async function gradeAnswer(item: EvaluationItem, answer: string, { commands, homeRoot }: GraderSurroundings): Promise<number> {
  const { grader, expected } = item
  if (grader.kind === 'json-schema') {
    const { matchesSchema } = await import('./json-schema-grader.ts')
    return matchesSchema(expected, answer) ? 1 : 0
  }
  if (grader.kind !== 'command') return grade(grader, expected, answer)
  const command = commands[grader.name]
  if (command === undefined) throw unknownCommand(item.id, grader.name, Object.keys(commands))
  const { gradeByCommand } = await import('./command-grader.ts')
  return await gradeByCommand(grader.name, command, homeRoot, item, answer)
}

const unknownCommand = (id: string, name: string, known: readonly string[]): GenesisError =>
  new GenesisError('GI-ITEMS-INVALID', {
    what: `Item ${id} is graded by the command "${name}", which is not configured.`,
    why: known.length === 0 ? 'there are no graders under "gate.graders"' : `configured are ${known.join(', ')}`,
    remedy: 'Describe it under "gate.graders" in genesis-improve.config.json, or give the item another grader.',
  })
