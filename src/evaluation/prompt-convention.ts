import { GenesisError } from '../errors.ts'
import type { PromptConvention } from '../runtimes/port.ts'
import { digestText } from '../state/files.ts'

const fields = ({ chatTemplate, systemPrompt, thinking, decoding }: PromptConvention): Record<string, unknown> => ({
  'chat template': chatTemplate,
  'system prompt': systemPrompt,
  'thinking mode': thinking,
  temperature: decoding.temperature,
  'token limit': decoding.maxTokens,
})

/** One digest for chat template, system prompt, thinking mode and decoding options. */
export function promptConventionDigest(convention: PromptConvention): string {
  return digestText(JSON.stringify(Object.values(fields(convention))))
}

/** Raises GI-GATE-DATA, naming what differs, unless both models were asked in the same way. */
export function checkSameConvention(baseline: PromptConvention, candidate: PromptConvention): void {
  const other = fields(candidate)
  const differing = Object.entries(fields(baseline)).flatMap(([name, value]) => (value === other[name] ? [] : [name]))
  if (differing.length === 0) return
  throw new GenesisError('GI-GATE-DATA', {
    what: 'Baseline and candidate are not asked in the same way, so their answers cannot be compared.',
    why: `they differ in ${differing.join(', ')}`,
    remedy: 'Package the candidate with the chat template and system prompt of the base.',
  })
}
