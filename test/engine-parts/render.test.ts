import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { askingLayout, conversationsWith, trainingLayout } from '../../src/engine/render.ts'
import { layoutDifference } from '../../src/evaluation/prompt-layout.ts'

const tokenizer = {
  ...{ model: 'llama', pre: undefined, merges: [], tokenTypes: [], bosId: 1, eosId: 2, addsBos: true },
  tokens: ['<unk>', '<bos>', '<eos>', 'Hi', '!'],
}
const question = [{ role: 'user' as const, content: 'Hi!' }]
const layouts = (chatTemplate: string | null) => ({
  training: trainingLayout({ chatTemplate, tokenizer }, question),
  asking: askingLayout({ chatTemplate, tokenizer }, question),
})

/** As Gemma lays it out: a start of text, turns with their role, content without the space around it. */
const gemma = [
  '{{ bos_token }}{% for message in messages %}',
  "{% set role = 'model' if message['role'] == 'assistant' else message['role'] %}",
  "{{ '<start_of_turn>' + role + '\\n' + message['content'] | trim + '<end_of_turn>\\n' }}{% endfor %}",
  "{% if add_generation_prompt %}{{ '<start_of_turn>model\\n' }}{% endif %}",
].join('')
/** As Qwen3 does: a thinking block before the last answer, an empty one where thinking is off. */
const qwen = [
  "{%- for message in messages %}{{- '<|im_start|>' + message.role + '\\n' }}",
  "{%- if message.role == 'assistant' and loop.last %}{{- '<think>\\n\\n</think>\\n\\n' }}{%- endif %}",
  "{{- message.content + '<|im_end|>\\n' }}{%- endfor %}",
  "{%- if add_generation_prompt %}{{- '<|im_start|>assistant\\n' }}",
  "{%- if enable_thinking is defined and enable_thinking is false %}{{- '<think>\\n\\n</think>\\n\\n' }}{%- endif %}{%- endif %}",
].join('')

describe('a prompt in the layout of training and in that of asking', () => {
  test('Gemma: the same, with the start of text', () => {
    const { training, asking } = layouts(gemma)
    assert.equal(asking.text, '<bos><start_of_turn>user\nHi!<end_of_turn>\n<start_of_turn>model\n')
    assert.equal(training.text, asking.text)
    assert.equal(training.startOfText, '<bos>')
  })

  test('Qwen3: the same, with the empty thinking block that stands for thinking off', () => {
    const { training, asking } = layouts(qwen)
    assert.equal(asking.text, '<|im_start|>user\nHi!<|im_end|>\n<|im_start|>assistant\n<think>\n\n</think>\n\n')
    assert.equal(layoutDifference(training, asking), null)
  })

  test('a template that begins answers otherwise when it is asked is seen to differ', () => {
    const { training, asking } = layouts(qwen.replace("{{- '<|im_start|>assistant\\n' }}", "{{- '<|im_start|>assistant\\nSure: ' }}"))
    assert.match(layoutDifference(training, asking) ?? '', /Sure: /)
  })

  test('tokens of a vocabulary that is not rebuilt here are not counted', () => {
    assert.deepEqual([layouts(gemma).training.tokens, layouts(gemma).asking.tokens], [null, null])
  })

  test('without a template it is ChatML, as llama.cpp has it', () => {
    const { training, asking } = layouts(null)
    assert.equal(asking.text, '<|im_start|>user\nHi!<|im_end|>\n<|im_start|>assistant\n')
    assert.equal(layoutDifference(training, asking), null)
  })

  test('with a template that can not be rendered nothing is seen', () => {
    for (const template of ['{% unheard_of %}', "{{ raise_exception('no system role') }}"])
      assert.deepEqual([layouts(template).training.text, layouts(template).asking.text], [null, null])
  })
})

describe('a conversation as text', () => {
  const told = [...question, { role: 'assistant' as const, content: ' Ho. ' }]
  const withThought = (content: string) => [...question, { role: 'assistant' as const, content }]

  test('is cut where the model is asked, and the answer is as the template writes it', () => {
    assert.deepEqual(conversationsWith(gemma, tokenizer)(told), {
      ...{ prompt: layouts(gemma).asking.text, answer: 'Ho.<end_of_turn>\n' },
    })
    assert.deepEqual(conversationsWith(qwen, tokenizer)(told), { prompt: layouts(qwen).asking.text, answer: ' Ho. <|im_end|>\n' })
    assert.deepEqual(conversationsWith(null, tokenizer)(told), { prompt: layouts(null).asking.text, answer: ' Ho. <|im_end|>\n' })
  })

  test('has earlier exchanges in what stands before', () => {
    const text = conversationsWith(gemma, tokenizer)([...told, ...told])
    assert.equal(text?.prompt, `${layouts(gemma).asking.text}Ho.<end_of_turn>\n${(layouts(gemma).asking.text ?? '').replace('<bos>', '')}`)
  })

  test('counts thinking that the template takes out of an answer as part of it', () => {
    const thoughtful =
      "{% for message in messages %}{% set parts = message.content.split('</think>') %}{{ message.role + '>' }}" +
      "{% if message.role == 'assistant' %}{{ '<think>' + (parts[0] if parts | length > 1 else '') + '</think>' }}{% endif %}{{ parts[-1] + '|' }}{% endfor %}"
    const text = conversationsWith(thoughtful, tokenizer)
    assert.deepEqual(text(withThought('Ho')), { prompt: 'user>Hi!|assistant><think></think>', answer: 'Ho|' })
    assert.deepEqual(text(withThought('Hm</think>Ho')), { prompt: 'user>Hi!|assistant><think>', answer: 'Hm</think>Ho|' })
  })

  test('is unseen with a template that is not understood, or refuses it', () => {
    assert.equal(conversationsWith('{% nothing %}', tokenizer)(told), null)
    assert.equal(conversationsWith("{{ raise_exception('no') }}", tokenizer)(told), null)
  })
})
