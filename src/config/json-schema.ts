import { z } from 'zod'
import { Config } from './schema.ts'

/** The JSON Schema of genesis-improve.config.json, for editors: what may be written, with defaults and descriptions. */
export function configJsonSchema(): Record<string, unknown> {
  const { $schema, ...rest } = z.toJSONSchema(Config, { io: 'input' })
  return { $schema, title: 'genesis-improve.config.json', ...rest }
}
