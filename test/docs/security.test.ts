import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, test } from 'node:test'
import { readDocument, root } from './documents.ts'

describe('SECURITY.md', () => {
  const threats = (/## Threats\n([^]*?)\n## /.exec(readDocument('SECURITY.md').text)?.[1] ?? '').split(/^### /m).slice(1)
  const named = (text: string) => [...text.matchAll(/^- `(test\/[^`]+)`: "(.+)"$/gm)].map(([, file = '', title = '']) => ({ file, title }))

  test('names a test for every threat', () => {
    assert.ok(threats.length >= 9)
    for (const threat of threats) assert.ok(named(threat).length > 0, threat.split('\n')[0])
  })

  test('names tests that exist, by their titles', () => {
    for (const { file, title } of threats.flatMap(named)) {
      const place = path.join(root, file)
      assert.ok(existsSync(place), file)
      const text = readFileSync(place, 'utf8')
      assert.ok(text.includes(`test('${title}'`) || text.includes(`test("${title}"`), `${file}: ${title}`)
    }
  })
})
