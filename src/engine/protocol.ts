/**
 * What the worker and this program say to each other: one JSON document a line. The engine writes to the same streams,
 * so a line of ours begins with this prefix; everything else is the engine's chatter.
 */
const linePrefix = '@genesis-improve '

/** One finetune() call: one training step from one state of the adapter to the next. Paths are absolute. */
export interface FinetuneRequest {
  dataset: string
  /** File of the chat template to use; null for the model's own. */
  template: string | null
  /** Where the state to start from lies, and the new one will lie. */
  checkpoints: string
  adapter: string
  learningRate: number
  contextLength: number
  rank: number
  alpha: number
  /** Names as the engine has them, separated by commas. */
  modules: string
  seed: number
}

export type Request =
  | { id: number; command: 'load'; model: string; config: Record<string, string> }
  | { id: number; command: 'finetune'; options: FinetuneRequest }
  | { id: number; command: 'answer'; messages: { role: string; content: string }[] }

/** Without the number that the client gives it. */
export type Command = Request extends infer R ? (R extends Request ? Omit<R, 'id'> : never) : never

export interface FinetuneOutcome {
  status: string
  loss: number | null
  accuracy: number | null
}

export interface AnswerOutcome {
  text: string
  /** As the engine names it: eos, antiprompt, predictionLimit, sequenceLimit, contextOverflow; null when it doesn't say. */
  stopReason: string | null
}

export type Reply =
  | { kind: 'ready' }
  | { kind: 'alive' }
  | { kind: 'done'; id: number; value: unknown }
  /** The engine refused or failed the request, in its own words. */
  | { kind: 'failed'; id: number; message: string }

/** In ASCII only, so that the worker's pieces of a line never cut a character in two. */
export const encodeRequest = (request: Request): string =>
  JSON.stringify(request).replace(/[\u0080-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)

export const encodeReply = (reply: Reply): string => `${linePrefix}${JSON.stringify(reply)}`

/** The reply in a line of the worker's output; undefined when the line is chatter or was torn by it. */
export function decodeReply(line: string): Reply | undefined {
  const start = line.indexOf(linePrefix)
  if (start < 0) return undefined
  try {
    return JSON.parse(line.slice(start + linePrefix.length)) as Reply
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
