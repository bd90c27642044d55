import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { commandLine, quoted } from '../../src/runners/quote.ts'

describe('a word of a shell', () => {
  test('any text but a zero byte arrives as it was, whatever the shell would make of it', { skip: process.platform === 'win32' }, () => {
    const word = fc.oneof(fc.string({ unit: 'binary' }), fc.stringMatching(/^[-'"$`\\ \n;&|<>*?~!#(){}[\]=%a]{0,30}$/))
    fc.assert(
      fc.property(
        fc.array(
          word.map((text) => Buffer.from(text.replaceAll('\0', '')).toString()),
          { minLength: 1, maxLength: 40 },
        ),
        (words) => {
          const { stdout } = spawnSync('sh', ['-c', commandLine(['printf', String.raw`%s\0`, ...words])])
          assert.deepEqual(stdout.toString().split('\0').slice(0, -1), words)
        },
      ),
      { numRuns: 50 },
    )
  })

  test('a zero byte is refused, a plain word stays as it is', () => {
    assert.throws(() => quoted('a\0b'))
    assert.equal(quoted('/home/me/a.gguf'), '/home/me/a.gguf')
    assert.equal(quoted(''), "''")
    assert.equal(quoted("it's"), String.raw`'it'\''s'`)
  })
})
