import { GenesisError } from '../errors.ts'
import type { ProcessEnd } from '../system/process.ts'

const diskFull = /no space left|ENOSPC|disk quota/i
const unsupported = /finetuning is not supported/i

/** What the engine's refusal of a request means for the user. */
export function refusalError(message: string): GenesisError {
  if (unsupported.test(message)) return new GenesisError('GI-BASE-UNSUPPORTED', { why: message })
  if (diskFull.test(message)) return new GenesisError('GI-DISK-FULL', { why: message })
  return new GenesisError('GI-ENGINE-REFUSED', { why: message })
}

/** What an unexpected end of the worker means. `chatter`: what the engine last wrote. */
export function crashError(end: ProcessEnd, chatter: readonly string[]): GenesisError {
  if (end.startError !== null)
    return new GenesisError('GI-ENGINE-MISSING', { why: `the engine's runtime could not be started (${end.startError})` })
  const lastWords = chatter.slice(-5)
  // The engine leaves such a conversation out, and fails when nothing is left; trying again would change nothing.
  const tooLong = lastWords.find((line) => /conversation \d+: too long/.test(line))
  if (tooLong !== undefined) {
    return new GenesisError('GI-ENGINE-REFUSED', {
      what: 'A training example is longer than the training context.',
      why: tooLong,
      remedy: 'Raise "trainer.contextLength".',
    })
  }
  const how = end.signal === null ? `it ended with exit code ${end.exitCode ?? '?'}` : `it was ended by ${end.signal}`
  const why = [how, ...lastWords].join('\n')
  return new GenesisError(lastWords.some((line) => diskFull.test(line)) ? 'GI-DISK-FULL' : 'GI-ENGINE-CRASHED', { why })
}
