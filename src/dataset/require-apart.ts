import { GenesisError } from '../errors.ts'
import type { HeldOutGuard } from './held-out-guard.ts'
import type { TrainingRow } from './rows.ts'
import { inputDigest } from './text-key.ts'

/**
 * The last look at what is about to be written: whatever chose the rows, nothing too close to a held-out item is trained on.
 * @throws GenesisError GI-HELD-OUT-LEAK naming the first such row, or one in which no question was found
 */
export function requireApart(rows: readonly TrainingRow[], guard: HeldOutGuard): void {
  for (const { id, source, messages } of rows) {
    const question = messages.at(-2)
    if (question?.role !== 'user') throw new GenesisError('GI-HELD-OUT-LEAK', { why: `the ${source} ${id} has no question to look at` })
    const { content: input } = question
    const close = guard.reasonFor({ context: messages.slice(0, -2), input, digest: inputDigest(input) })
    if (close) throw new GenesisError('GI-HELD-OUT-LEAK', { why: `the ${source} ${id} ${close.reason}: ${close.item}` })
  }
}
