import { z } from 'zod'
import { described } from './schema-parts.ts'

/** A program of the user's. Never a shell: its name and its arguments stand apart. */
export const ProgramConfig = z.strictObject({
  program: described(z.string().regex(/[\\/]/), 'Path of the program; relative to the home.'),
  args: described(z.array(z.string()).default([]), 'Its arguments.'),
  timeoutSeconds: described(z.number().positive().max(3600).default(30), 'Seconds it may take.'),
})
