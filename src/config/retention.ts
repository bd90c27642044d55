import { z } from 'zod'

const count = z.int().min(1).max(1e6).optional()
const days = z.number().positive().max(36500).optional()
const bytes = z.int().min(1).max(1e15).optional()

/** What is freed beyond the weights that serving.keep leaves; without a limit nothing is. */
export const RetentionConfig = z.strictObject({
  cycles: z
    .strictObject({
      count: count.describe('Closed cycles that keep their logs, snapshots and adapter, newest first; left out: all. Records stay.'),
      days: days.describe('Days for which a closed cycle keeps them; left out: for ever.'),
      bytes: bytes.describe('Bytes that they may take in all; left out: any number.'),
    })
    .prefault({})
    .describe('Files of closed cycles that no record needs.'),
  models: z
    .strictObject({
      days: days.describe('Days for which the weights of a release are kept; never those served, nor those before them.'),
      bytes: bytes.describe('Bytes that the kept weights may take in all.'),
    })
    .prefault({})
    .describe('Weights of releases, within what serving.keep leaves.'),
  cache: z
    .strictObject({
      days: days.describe('Days after which a file in data/cache goes that was not written to since; it is made anew when it is needed.'),
      bytes: bytes.describe('Bytes that data/cache may take.'),
    })
    .prefault({})
    .describe('Files that can be made anew.'),
})
export type RetentionConfig = z.infer<typeof RetentionConfig>
