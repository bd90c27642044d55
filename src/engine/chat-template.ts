/**
 * How a chat template deals with thinking. A template with a switch writes, with thinking off, an empty thinking block before the answer that
 * is asked for, but leaves it out of earlier turns.
 */
export const hasThinkingSwitch = (template: string | null): boolean => template?.includes('enable_thinking') ?? false

const isChatMl = (template: string | null): boolean => template?.includes('<|im_start|>') ?? false

const emptyThinking = '<think>\n\n</think>\n\n'
const literal = (text: string): string => `'${text.replaceAll('\n', '\\n')}'`

/** ChatML with an empty thinking block before every answer: what each of several packed exchanges looks like when it is asked by itself. */
const withEmptyThinking = [
  "{%- for message in messages %}{{- '<|im_start|>' + message['role'] + '\\n' }}",
  `{%- if message['role'] == 'assistant' %}{{- ${literal(emptyThinking)} }}{%- endif %}`,
  "{{- message['content'] + '<|im_end|>\\n' }}{%- endfor %}",
].join('')

/** ChatML: how llama.cpp, and so the engine, asks a model that brings no template. */
export const chatMl =
  "{%- for message in messages %}{{- '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>\\n' }}{%- endfor %}{%- if add_generation_prompt %}{{- '<|im_start|>assistant\\n' }}{%- endif %}"

export interface TrainingFormat {
  /** The template to train with; null for the model's own. */
  template: string | null
  /** Whether several exchanges may share a conversation: each must look there as it does alone. */
  together: boolean
  /** Tokens around a message. */
  around: (role: string) => number
}

/** How exchanges are laid out for training, so that an answer is learned in the surroundings in which the runtime asks for it. */
export function trainingFormat(own: string | null, count: (text: string) => number): TrainingFormat {
  const chatTemplate = own ?? chatMl
  const thinks = hasThinkingSwitch(chatTemplate)
  // More than any known template puts around a message.
  if (!isChatMl(chatTemplate)) return { template: null, together: !thinks, around: () => 12 }
  const plain = count('<|im_start|>assistant\n<|im_end|>\n')
  const thinking = count(emptyThinking)
  return {
    template: thinks ? withEmptyThinking : own === null ? chatMl : null,
    together: true,
    around: (role) => (thinks && role === 'assistant' ? plain + thinking : plain),
  }
}
