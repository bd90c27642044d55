import { z } from 'zod'

/** A program of the user's. Never a shell: its name and its arguments stand apart. */
export const ProgramConfig = z.strictObject({
  program: z.string().regex(/[\\/]/).describe('Path of the program; relative to the home.'),
  args: z.array(z.string()).default([]).describe('Its arguments.'),
  timeoutSeconds: z.number().positive().max(3600).default(30).describe('Seconds it may take.'),
})
