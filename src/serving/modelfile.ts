/** What the model needs beside its weights to answer as it was evaluated. */
export interface ModelfileSettings {
  systemPrompt?: string | null
  /** Chat template in Ollama's language; without it the one inside the GGUF file is taken. */
  template?: string | null
  /** Texts that end an answer. */
  stop?: readonly string[]
  /** Tokens of context. */
  contextLength?: number
}

/** A Modelfile for "ollama create NAME -f Modelfile" in the release's directory. */
export function renderModelfile({ systemPrompt = null, template = null, stop = [], contextLength }: ModelfileSettings): string {
  const lines = ['FROM ./model.gguf']
  if (template !== null) lines.push(`TEMPLATE ${quoted(template)}`)
  if (systemPrompt !== null) lines.push(`SYSTEM ${quoted(systemPrompt)}`)
  lines.push('PARAMETER temperature 0')
  if (contextLength !== undefined) lines.push(`PARAMETER num_ctx ${contextLength}`)
  lines.push(...stop.map((text) => `PARAMETER stop ${quoted(text)}`))
  return `${lines.join('\n')}\n`
}

/** A Modelfile has no escape for three quotes: a text with them, or with one at its end, is an error rather than said wrong. */
function quoted(text: string): string {
  if (!/["\n]/.test(text)) return `"${text}"`
  if (text.includes('"""') || text.endsWith('"')) throw new RangeError(`a Modelfile can't hold this text: ${text}`)
  return `"""${text}"""`
}
