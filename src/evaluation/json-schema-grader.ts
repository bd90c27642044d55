import { Ajv } from 'ajv'
import type { AnySchemaObject } from 'ajv'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { GenesisError } from '../errors.ts'
import { parseJson, parseJsonAnswer } from './json-equal.ts'

/** Compiled once: the same schema judges every answer of both models. */
const compiled = new Map<string, (value: unknown) => boolean>()

/** Whether the answer is JSON that the schema allows. Drafts 7 and 2020-12, by the schema's `$schema`. Raises GI-ITEMS-INVALID for what is no schema. */
export function matchesSchema(schema: string, answer: string): boolean {
  const value = parseJsonAnswer(answer)
  const validate = validatorOf(schema)
  return value !== undefined && validate(value)
}

/** What keeps a text from being used as a schema, in words; undefined when it can be. */
export function schemaProblem(schema: string): string | undefined {
  try {
    validatorOf(schema)
    return undefined
  } catch (error) {
    if (!(error instanceof GenesisError)) throw error
    return error.why
  }
}

function validatorOf(text: string): (value: unknown) => boolean {
  const known = compiled.get(text)
  if (known !== undefined) return known
  const schema = parseJson(text) as AnySchemaObject | boolean
  const isNewer = typeof schema === 'object' && String(schema.$schema ?? '').includes('2020-12')
  // Unknown keywords and formats are let through, as the standard says.
  const options = { strict: false, validateFormats: false, logger: false as const }
  try {
    const validate = (isNewer ? new Ajv2020(options) : new Ajv(options)).compile(schema)
    const judge = (value: unknown): boolean => validate(value) as boolean
    compiled.set(text, judge)
    return judge
  } catch (error) {
    if (!(error instanceof Error)) throw error
    throw new GenesisError('GI-ITEMS-INVALID', { what: 'The JSON Schema of an item cannot be used.', why: error.message, cause: error })
  }
}
