import type { Example } from './curate.ts'
import { canBeAnswer } from './pin.ts'

/** All examples with the same normalised input, newest first: held out, or trained on, together. */
export interface Unit {
  digest: string
  input: string
  /** Of the newest example. */
  category: string
  examples: Example[]
  /** The newest example that can be an item. */
  candidate: Example | undefined
}

export function unitOf([digest, examples]: [string, Example[]]): Unit {
  const [newest] = examples
  return {
    digest,
    input: newest?.input ?? '',
    examples,
    category: newest?.category ?? '',
    candidate: examples.find(({ wanted }) => canBeAnswer(wanted)),
  }
}
