import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Answer, ModelLocation, Prompt, Runtime } from '../../src/runtimes/port.ts'

/** What the suite needs of an implementation under test. */
export interface RuntimeUnderTest {
  runtime: Runtime
  model: ModelLocation
  /** At least ten questions that the model answers, no two alike. */
  questions: readonly string[]
}

const never = new AbortController().signal
const decoding = { maxTokens: 24, contextLength: 256, parallel: 4 }

/** What every runtime must do; run against each implementation. */
export function describeRuntimeContract(title: string, prepare: () => Promise<RuntimeUnderTest>): void {
  describe(`${title} keeps the contract of Runtime`, () => {
    test('it is ready and says what it is', async () => {
      const { runtime } = await prepare()
      assert.deepEqual(await runtime.preflight(), [])
      assert.match(await runtime.version(), /\S+ \S+/)
      assert.equal(await runtime.version(), await runtime.version())
    })

    test('every prompt gets exactly one answer, under its own id', async () => {
      const { runtime, model, questions } = await prepare()
      const answers = await all(runtime.generate(model, promptsFor(questions), decoding, never))
      assert.deepEqual(
        answers.map(({ id }) => id).sort(),
        promptsFor(questions)
          .map(({ id }) => id)
          .sort(),
      )
      assert.ok(answers.some(({ text }) => text !== ''))
    })

    test('the same prompts get the same answers, whatever their order', async () => {
      const { runtime, model, questions } = await prepare()
      const first = await all(runtime.generate(model, promptsFor(questions), decoding, never))
      const second = await all(runtime.generate(model, promptsFor(questions).reverse(), decoding, never))
      assert.deepEqual(byId(second), byId(first))
    })

    test('no prompts, no answers', async () => {
      const { runtime, model } = await prepare()
      assert.deepEqual(await all(runtime.generate(model, [], decoding, never)), [])
    })

    test('the prompt convention names the token limit and is the same at each call', async () => {
      const { runtime, model } = await prepare()
      const convention = await runtime.promptConvention(model, decoding)
      assert.deepEqual(convention.decoding, { temperature: 0, maxTokens: 24 })
      assert.equal(convention.thinking, 'off')
      assert.deepEqual(await runtime.promptConvention(model, decoding), convention)
    })

    test('what it gives the model holds the messages in their order, when it can be seen', async () => {
      const { runtime, model, questions } = await prepare()
      const [first = '', second = ''] = questions
      const messages = [
        { role: 'user' as const, content: first },
        { role: 'assistant' as const, content: 'Understood.' },
        { role: 'user' as const, content: second },
      ]
      const { text } = await runtime.layout(model, messages, decoding, never)
      if (text === null) return
      const places = [first, 'Understood.', second].map((content) => text.indexOf(content))
      assert.ok(
        places.every((place, index) => place > (places[index - 1] ?? -1)),
        text,
      )
    })

    test('it stops with GI-INTERRUPTED when its signal aborts, before or meanwhile', async () => {
      const { runtime, model, questions } = await prepare()
      await assert.rejects(all(runtime.generate(model, promptsFor(questions), decoding, AbortSignal.abort())), { code: 'GI-INTERRUPTED' })
      const stop = new AbortController()
      const stopped = all(runtime.generate(model, promptsFor(questions), decoding, stop.signal), () => stop.abort())
      await assert.rejects(stopped, { code: 'GI-INTERRUPTED' })
    })

    test('whoever needs no more answers may leave early', async () => {
      const { runtime, model, questions } = await prepare()
      for await (const answer of runtime.generate(model, promptsFor(questions), decoding, never)) {
        assert.ok(answer.id.startsWith('question-'))
        break
      }
    })
  })
}

function promptsFor(questions: readonly string[]): Prompt[] {
  return questions.map((content, index) => ({ id: `question-${index}`, messages: [{ role: 'user', content }] }))
}

const byId = (answers: readonly Answer[]): Map<string, string> =>
  new Map([...answers].sort((a, b) => (a.id < b.id ? -1 : 1)).map(({ id, text }) => [id, text]))

async function all(answers: AsyncIterable<Answer>, afterEach: () => void = () => undefined): Promise<Answer[]> {
  const taken: Answer[] = []
  for await (const answer of answers) {
    taken.push(answer)
    afterEach()
  }
  return taken
}
