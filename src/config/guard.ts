import { z } from 'zod'
import { described } from './schema-parts.ts'

/** Against corrections that somebody feeds in to change the model. Both are off unless set: a home of one person needs neither. */
export const GuardConfig = z.strictObject({
  maximumShare: described(
    z.number().gt(0).lt(1).optional(),
    'Most of the training that one author, or else source, may give, where two or more are named.',
  ),
  floodFactor: described(
    z.number().gt(1).max(10000).optional(),
    'So many times the usual number of an author in a day, and at least 50, waits for "approve" or "reject".',
  ),
})
