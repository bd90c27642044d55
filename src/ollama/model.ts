import path from 'node:path'

/** What of /api/show is read here. */
export interface ShownModel {
  modelfile?: string
  template?: string
  system?: string
  parameters?: string
  renderer?: string
  parser?: string
  capabilities?: string[]
  model_info?: Record<string, unknown>
}

/** How a model is asked and when it stops: what a model made from it takes over. */
export interface ModelManner {
  template: string
  system: string
  renderer: string
  parser: string
  parameters: Record<string, unknown>
}

export interface OllamaModel {
  name: string
  /** SHA-256 of the model file, hexadecimal; null when the server doesn't say (a model that runs elsewhere). */
  digest: string | null
  /** Where the server has the file, on its own machine. */
  blob: string | null
  /** Whether it carries an adapter: it is no pristine base then. */
  hasAdapter: boolean
  /** Whether it can think before it answers, and has to be told not to. */
  thinks: boolean
  manner: ModelManner
}

export function readShown(name: string, shown: ShownModel): OllamaModel {
  const instructions = instructionsOf(shown.modelfile ?? '')
  const blob = instructions.find(({ keyword }) => keyword === 'FROM')?.rest ?? null
  const digest = blob === null ? undefined : /sha256[-:]([0-9a-f]{64})$/.exec(blob)?.[1]
  return {
    name,
    digest: digest ?? null,
    blob: digest === undefined || blob === null || !path.isAbsolute(blob) ? null : blob,
    hasAdapter: instructions.some(({ keyword }) => keyword === 'ADAPTER'),
    thinks: shown.capabilities?.includes('thinking') ?? false,
    manner: {
      template: shown.template ?? '',
      system: shown.system ?? '',
      renderer: shown.renderer ?? '',
      parser: shown.parser ?? '',
      parameters: readParameters(shown.parameters ?? ''),
    },
  }
}

/** Instructions of a Modelfile that stand on one line; text in three quotes is passed over, whatever it looks like. */
function instructionsOf(modelfile: string): { keyword: string; rest: string }[] {
  const found: { keyword: string; rest: string }[] = []
  let quoted = false
  for (const line of modelfile.split('\n')) {
    const instruction = quoted ? null : /^([A-Za-z]+)\s+(.*?)\s*$/.exec(line)
    if (instruction !== null) found.push({ keyword: (instruction[1] ?? '').toUpperCase(), rest: instruction[2] ?? '' })
    if ((line.split('"""').length - 1) % 2 === 1) quoted = !quoted
  }
  return found
}

/** The text of /api/show, a parameter a line (`stop "<|im_end|>"`), as /api/create takes it: numbers as numbers, what occurs more than once as a list. */
export function readParameters(text: string): Record<string, unknown> {
  const parameters: Record<string, unknown> = {}
  for (const line of text.split('\n')) {
    const parts = /^(\S+)\s+(.*?)\s*$/.exec(line)
    if (parts === null) continue
    const [, key = '', written = ''] = parts
    const value = parameterValue(written)
    if (key === 'stop') parameters[key] = [...((parameters[key] as unknown[] | undefined) ?? []), String(value)]
    else parameters[key] = value
  }
  return parameters
}

function parameterValue(written: string): unknown {
  if (/^-?\d+(\.\d+)?(e[+-]?\d+)?$/i.test(written)) return Number(written)
  if (written === 'true' || written === 'false') return written === 'true'
  return written.startsWith('"') && written.endsWith('"') && written.length > 1 ? unquoted(written) : written
}

function unquoted(written: string): string {
  try {
    return String(JSON.parse(written))
  } catch (error) {
    if (error instanceof SyntaxError) return written.slice(1, -1)
    throw error
  }
}
