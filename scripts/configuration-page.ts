import { configJsonSchema, settingsOf } from '../src/config/json-schema.ts'
import type { SettingSchema } from '../src/config/json-schema.ts'
import { allowedValues } from '../src/config/problems.ts'
import { settingNotes } from '../src/config/setting-notes.ts'
import { variablesOf, withSettings } from '../src/config/settings.ts'

const variablesLink = 'SELF_IMPROVEMENT_CYCLE.md#environment-variables'

/** docs/configuration.md: every setting with what may be written, in Markdown. */
export function configurationPage(): string {
  const { properties = {} } = configJsonSchema()
  const sections = Object.entries(properties)
  const shown = sections.flatMap(([name, section]) => [
    `## \`${name}\``,
    text(section.description ?? ''),
    ...(section.properties === undefined
      ? [facts(name, section)]
      : settingsOf({ properties: { [name]: section } }).flatMap(({ path, schema }) => [
          `### \`${path}\``,
          text(schema.description ?? ''),
          facts(path, schema),
        ])),
  ])
  return [
    '# Configuration',
    'Made by `npm run generate` from `src/config/`. The few settings to begin with are in [the cycle document](SELF_IMPROVEMENT_CYCLE.md#configuration).',
    [
      'The file is `genesis-improve.config.json` in the home. Every key may be left out; without the file all defaults hold. Paths are relative to the home. A key that is not known, and a value that makes no sense, is an error that names the place and what is allowed;',
      'all errors are told at once, and nothing runs before they are mended. A variable of the environment that is named below counts more than the file.',
      'Give the path of [genesis-improve.schema.json](../genesis-improve.schema.json) as `$schema`, and your editor shows all this as you type.',
    ].join(' '),
    sections.map(contents).join('\n'),
    ...shown,
  ].join('\n\n')
}

function contents([name, section]: [string, SettingSchema]): string {
  const keys = Object.keys(section.properties ?? {}).map((key) => link(key, `${name}.${key}`))
  return `- ${link(name, name)}${keys.length === 0 ? '' : `: ${keys.join(', ')}`}`
}

/** GitHub leaves marks out of the anchors of headings. */
const link = (text: string, heading: string): string => `[\`${text}\`](#${heading.toLowerCase().replaceAll(/[^a-z0-9_-]/g, '')})`

/** What may be written, what holds without it, its unit, its variable, an example, and the fields of a setting that has some. */
function facts(path: string, schema: SettingSchema): string {
  const unit = settingNotes[path]?.unit
  const variables = variablesOf(path).map((name) => `[\`${name}\`](${variablesLink})`)
  const [example] = schema.examples ?? []
  return [
    `- Allowed: ${text(allowed(path, schema))}`,
    ...(unit === undefined ? [] : [`- Unit: ${text(unit)}`]),
    `- Default: ${schema.default === undefined || isEmptyObject(schema.default) ? 'none' : code(schema.default)}`,
    ...(variables.length === 0 ? [] : [`- Environment: ${variables.join(', ')}`]),
    `- Example: ${code(exampleFile(path, example))}`,
    ...fieldsOf(schema),
  ].join('\n')
}

function allowed(path: string, { properties, additionalProperties, items }: SettingSchema): string {
  if (items?.properties !== undefined) return 'a list of objects with the fields below'
  if (properties !== undefined) return 'an object with the fields below'
  if (typeof additionalProperties === 'object' && additionalProperties.properties !== undefined)
    return 'an object: names of your own, each with an object that has the fields below'
  return allowedValues(path.split('.'))
}

function fieldsOf({ properties, additionalProperties, items }: SettingSchema): string[] {
  const of = [properties === undefined ? undefined : { properties, required: [] }, additionalProperties || undefined, items]
  const object = of.find((one) => one?.properties !== undefined)
  const fields = Object.entries(object?.properties ?? {})
  return fields.length === 0
    ? []
    : ['- Fields:', ...fields.map(([name, field]) => `  - \`${name}\`: ${text(field.description ?? '')} ${standardOf(field)}`)]
}

const standardOf = (field: SettingSchema): string => (field.default === undefined ? '' : `Default: ${code(field.default)}.`)

/** The smallest file in which the setting has this value, as `{"trainer": {"epochs": 3}}`. */
export function exampleFile(path: string, value: unknown): unknown {
  const [section = '', ...keys] = path.split('.')
  return withSettings(settingNotes[path]?.beside ?? {}, [{ source: path, path: [section, ...keys], value }])
}

const isEmptyObject = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && Object.keys(value).length === 0 && !Array.isArray(value)

/** JSON on one line with spaces, as code. */
const code = (value: unknown): string =>
  `\`${JSON.stringify(value, null, 1)
    .replaceAll(/\n */g, ' ')
    .replaceAll(/([{[]) | ([}\]])/g, '$1$2')}\``

/** Words of the schema in which nothing is to be taken for Markdown. */
const text = (words: string): string => words.replaceAll(/[<*_]/g, (mark) => `\\${mark}`)
