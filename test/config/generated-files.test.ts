import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { describe, test } from 'node:test'
import { configJsonSchema } from '../../src/config/json-schema.ts'
import { errorTable } from '../../src/errors.ts'
import { generatedFiles } from '../../scripts/generated-files.ts'

test('the schema for editors and the page of errors are in step with the code ("npm run generate" writes them)', async () => {
  for (const { path, content } of await generatedFiles()) {
    assert.equal(await readFile(new URL(`../../${path}`, import.meta.url), 'utf8'), content, path)
  }
})

interface Node {
  type?: string
  description?: string
  properties?: Record<string, Node>
  required?: string[]
  oneOf?: { required: string[] }[]
  additionalProperties?: boolean
}

describe('the schema for editors', () => {
  const root = configJsonSchema() as Node
  const sections = Object.entries(root.properties ?? {})

  test('requires nothing but, of a base that is named, where it is: a file or a model of Ollama', () => {
    assert.equal(root.required, undefined)
    for (const [name, section] of sections) {
      assert.equal(section.required, undefined, name)
      assert.deepEqual(section.oneOf, name === 'base' ? [{ required: ['gguf'] }, { required: ['ollama'] }] : undefined, name)
    }
  })

  test('refuses unknown keys at every level, as the program does', () => {
    for (const [name, node] of [['the file', root] as const, ...sections.filter(([, section]) => section.type === 'object')]) {
      assert.equal(node.additionalProperties, false, name)
    }
  })

  test('describes every setting', () => {
    for (const [section, { properties, description }] of sections) {
      for (const [key, setting] of Object.entries(properties ?? {})) assert.ok(setting.description, `${section}.${key}`)
      assert.ok(description !== undefined || properties !== undefined, section)
    }
  })
})

test('the page of errors names every code', async () => {
  const page = await readFile(new URL('../../docs/errors.md', import.meta.url), 'utf8')
  for (const code of Object.keys(errorTable)) assert.ok(page.includes(`\`${code}\``), code)
})
