import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { exampleFile } from '../../scripts/configuration-page.ts'
import { configJsonSchema, settingsOf } from '../../src/config/json-schema.ts'
import { Config } from '../../src/config/schema.ts'
import { sectionNotes, settingNotes } from '../../src/config/setting-notes.ts'

const page = readFileSync(new URL('../../docs/configuration.md', import.meta.url), 'utf8')
const root = configJsonSchema()
const settings = settingsOf(root)

describe('docs/configuration.md', () => {
  test('has a place for every section and every setting', () => {
    for (const name of Object.keys(root.properties ?? {})) assert.ok(page.includes(`## \`${name}\``), name)
    for (const { path } of settings) assert.ok(page.includes(`## \`${path}\``), path)
  })

  test('gives each an example that the program takes; where it can find none, src/config/setting-notes.ts needs one', () => {
    for (const { path, schema } of settings) {
      const [example] = schema.examples ?? []
      assert.notEqual(example, undefined, `${path} has no example`)
      const { success, error } = Config.safeParse(exampleFile(path, example))
      assert.ok(success, `${path}: ${String(error)}`)
    }
  })

  test('names the variables of the environment that set something', () => {
    const [, place = ''] = /### `triggers\.days`([^]*?)\n##/.exec(page) ?? []
    assert.match(
      place,
      /- Allowed: a number above 0 and up to 36500\n- Unit: days\n- Default: `62`\n- Environment: \[`GENESIS_TIME_THRESHOLD_DAYS`\]/,
    )
  })
})

test('every note is about a setting or a section that there is', () => {
  const known = new Set(settings.map(({ path }) => path))
  for (const path of Object.keys(settingNotes)) assert.ok(known.has(path), path)
  for (const name of Object.keys(sectionNotes)) assert.ok(root.properties?.[name], name)
})
