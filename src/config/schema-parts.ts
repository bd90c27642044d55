import { z } from 'zod'

// zod's own .describe(), .min() and .max() copy the schema each time, which every start of the program would pay for a hundred times.

/** Gives this very schema a description, for the documentation and for editors; so it must not stand anywhere else. */
export function described<Schema extends z.ZodType>(schema: Schema, description: string): Schema {
  z.globalRegistry.add(schema, { description })
  return schema
}

export const wholeNumber = (least: number, most: number): z.ZodInt => z.int().check(z.gte(least), z.lte(most))
export const numberWithin = (least: number, most: number): z.ZodNumber => z.number().check(z.gte(least), z.lte(most))
