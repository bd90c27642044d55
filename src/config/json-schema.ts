import { z } from 'zod'
import { Config } from './schema.ts'
import { sectionNotes, settingNotes } from './setting-notes.ts'

/** The part of a JSON Schema that is read here. */
export interface SettingSchema {
  type?: string
  description?: string
  default?: unknown
  examples?: unknown[]
  enum?: unknown[]
  required?: string[]
  properties?: Record<string, SettingSchema>
  items?: SettingSchema
  /** Of what is called by names of the user's own. */
  additionalProperties?: SettingSchema | false
}

/** The JSON Schema of genesis-improve.config.json, for editors: what may be written, with defaults, descriptions and examples. */
export function configJsonSchema(): SettingSchema {
  const { $schema, ...rest } = z.toJSONSchema(Config, { io: 'input' }) as SettingSchema & { $schema?: string }
  for (const { path, schema } of settingsOf(rest)) schema.examples = [exampleOf(path, schema)]
  for (const [name, about] of Object.entries(sectionNotes)) {
    const section = rest.properties?.[name]
    if (section !== undefined) section.description ??= about
  }
  return { $schema, title: 'genesis-improve.config.json', ...rest } as SettingSchema
}

/** Every setting: the keys of the sections, and what stands in no section. `path` is dotted. */
export function settingsOf(root: SettingSchema): { path: string; schema: SettingSchema }[] {
  return Object.entries(root.properties ?? {}).flatMap(([name, section]) =>
    section.properties === undefined
      ? [{ path: name, schema: section }]
      : Object.entries(section.properties).map(([key, schema]) => ({ path: `${name}.${key}`, schema })),
  )
}

/** A value that somebody might write; undefined when nobody has thought of one. */
function exampleOf(path: string, { default: standard, type, enum: choices }: SettingSchema): unknown {
  const fallback = standard ?? choices?.[0] ?? (type === 'boolean' ? true : undefined)
  return settingNotes[path]?.example ?? fallback
}
