import { GenesisError } from '../errors.ts'
import type { Answer, DecodingOptions, ModelLocation, Prompt, Runtime } from '../runtimes/port.ts'
import { digestText } from '../state/files.ts'
import { AnswerCache } from './answer-cache.ts'
import type { EvaluationItem } from './item.ts'
import { promptConventionDigest } from './prompt-convention.ts'

export interface AnswerJob {
  runtime: Runtime
  model: ModelLocation
  items: readonly EvaluationItem[]
  decoding: DecodingOptions
  /** Answers are kept here, in one file for each model, runtime version and prompt convention. */
  cacheDirectory: string
  signal: AbortSignal
  /** Called with the number of items that have their answer, cached ones included. */
  report?: (done: number, total: number) => void
}

/**
 * The model's answer to every item, by item id. Only what the cache does not hold is asked; equal questions are asked once.
 * Raises GI-GATE-DATA when a question did not get exactly one answer, and whatever the runtime raises; what arrived before is kept.
 */
export async function answerItems(job: AnswerJob): Promise<Map<string, Answer>> {
  const { runtime, model, items, decoding, report = () => undefined } = job
  const convention = promptConventionDigest(await runtime.promptConvention(model, decoding))
  const name = digestText(JSON.stringify([model.digest, await runtime.version(), convention])).slice(0, 32)
  const itemsByKey = new Map<string, EvaluationItem[]>()
  for (const item of items) {
    const key = digestText(JSON.stringify(messagesOf(item).map(({ role, content }) => [role, content])))
    const equal = itemsByKey.get(key)
    if (equal === undefined) itemsByKey.set(key, [item])
    else equal.push(item)
  }

  const cache = await AnswerCache.open(job.cacheDirectory, name)
  try {
    const answers = new Map<string, Answer>()
    const take = (key: string, { text, finish }: Pick<Answer, 'text' | 'finish'>): void => {
      for (const { id } of itemsByKey.get(key) ?? []) answers.set(id, { id, text, finish })
      report(answers.size, items.length)
    }
    const prompts: Prompt[] = []
    for (const [key, [item]] of itemsByKey) {
      const cached = cache.get(key)
      if (cached !== undefined) take(key, cached)
      else if (item !== undefined) prompts.push({ id: key, messages: messagesOf(item) })
    }
    for await (const answer of answersTo(prompts, job, (key) => itemsByKey.get(key)?.[0]?.id ?? key)) {
      await cache.add({ key: answer.id, text: answer.text, finish: answer.finish })
      take(answer.id, answer)
    }
    return answers
  } finally {
    await cache.close()
  }
}

const messagesOf = ({ context, input }: EvaluationItem): Prompt['messages'] => [...context, { role: 'user', content: input }]

/** The runtime's answers, each checked to belong to a prompt that had none yet; raises GI-GATE-DATA when some are left without one. */
async function* answersTo(
  prompts: readonly Prompt[],
  { runtime, model, decoding, signal }: AnswerJob,
  itemOf: (promptId: string) => string,
): AsyncGenerator<Answer> {
  if (prompts.length === 0) return
  if (signal.aborted) throw new GenesisError('GI-INTERRUPTED')
  const open = new Set(prompts.map(({ id }) => id))
  const asked = new Set(open)
  for await (const answer of runtime.generate(model, prompts, decoding, signal)) {
    if (!asked.has(answer.id)) throw unusable(runtime, 'it answered a question that was not asked')
    if (!open.delete(answer.id)) throw unusable(runtime, `it answered item "${itemOf(answer.id)}" twice`)
    yield answer
  }
  if (open.size === 0) return
  if (signal.aborted) throw new GenesisError('GI-INTERRUPTED')
  const named = [...open].slice(0, 5).map((id) => `"${itemOf(id)}"`)
  throw unusable(
    runtime,
    `${open.size} of ${prompts.length} questions got no answer: items ${named.join(', ')}${open.size > 5 ? ' and others' : ''}`,
  )
}

const unusable = (runtime: Runtime, why: string): GenesisError =>
  new GenesisError('GI-GATE-DATA', {
    what: `The runtime ${runtime.name} did not answer every question exactly once.`,
    why,
    remedy: 'Nothing was scored. Run the step again; if it stays so, report it with the log of the runtime.',
  })
