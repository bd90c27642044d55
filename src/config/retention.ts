import { z } from 'zod'
import { described, wholeNumber } from './schema-parts.ts'

const count = () => wholeNumber(1, 1e6).optional()
const days = () => z.number().positive().max(36500).optional()
const bytes = () => wholeNumber(1, 1e15).optional()

/** What is freed beyond the weights that serving.keep leaves; without a limit nothing is. */
export const RetentionConfig = z.strictObject({
  cycles: described(
    z
      .strictObject({
        count: described(count(), 'Closed cycles that keep their logs, snapshots and adapter, newest first; left out: all. Records stay.'),
        days: described(days(), 'Days for which a closed cycle keeps them; left out: for ever.'),
        bytes: described(bytes(), 'Bytes that they may take in all; left out: any number.'),
      })
      .prefault({}),
    'Files of closed cycles that no record needs.',
  ),
  models: described(
    z
      .strictObject({
        days: described(days(), 'Days for which the weights of a release are kept; never those served, nor those before them.'),
        bytes: described(bytes(), 'Bytes that the kept weights may take in all.'),
      })
      .prefault({}),
    'Weights of releases, within what serving.keep leaves.',
  ),
  cache: described(
    z
      .strictObject({
        days: described(
          days(),
          'Days after which a file in data/cache goes that was not written to since; it is made anew when it is needed.',
        ),
        bytes: described(bytes(), 'Bytes that data/cache may take.'),
      })
      .prefault({}),
    'Files that can be made anew.',
  ),
})
export type RetentionConfig = z.infer<typeof RetentionConfig>
