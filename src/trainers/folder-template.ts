import { GenesisError } from '../errors.ts'
import type { TrainingLayout } from '../evaluation/prompt-layout.ts'
import { readModelFolder } from '../hugging-face/model-folder.ts'
import type { ChatMessage } from '../learnings/learning.ts'

/** The chat template of a Hugging Face folder, at work. */
export interface FolderTemplate {
  /** What stands before the answer to `messages`. */
  before: (messages: readonly ChatMessage[]) => TrainingLayout
  /** What stands before the last answer of a conversation, and that answer with what ends it. Throws GI-MODEL-FOLDER when it can't be seen. */
  split: (messages: readonly ChatMessage[]) => { prompt: string; answer: string }
}

/** `base`: the same model as a GGUF file, which says what its special tokens are. */
export async function readFolderTemplate(directory: string, base: string): Promise<FolderTemplate> {
  // They bring a template engine, which few commands need.
  const [{ conversationsWith, layoutWith }, { readGgufSummary }] = await Promise.all([
    import('../engine/render.ts'),
    import('../gguf/summary.ts'),
  ])
  const [{ chatTemplate }, { tokenizer }] = await Promise.all([readModelFolder(directory), readGgufSummary(base)])
  const textOf = conversationsWith(chatTemplate, tokenizer)
  return {
    before: (messages) => layoutWith(chatTemplate, tokenizer, messages),
    split: (messages) => textOf(messages) ?? unreadable(directory, messages),
  }
}

function unreadable(directory: string, messages: readonly ChatMessage[]): never {
  throw new GenesisError('GI-MODEL-FOLDER', {
    what: 'The chat template of the model could not be followed.',
    why: `that of ${directory} has a part that is unknown here, or refuses a conversation of ${messages.map(({ role }) => role).join(', ')}`,
    remedy: 'Set "trainer.kind" to "trl", which follows the template by itself.',
  })
}
