import assert from 'node:assert/strict'
import { appendFileSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import fc from 'fast-check'
import { LineTail } from '../../src/system/line-tail.ts'

const directory = mkdtempSync(path.join(tmpdir(), 'genesis-tail-'))
after(() => rmSync(directory, { recursive: true, force: true }))
let files = 0
const newFile = (): string => path.join(directory, `file-${(files += 1)}`)
async function linesOf(tail: LineTail): Promise<string[]> {
  const lines: string[] = []
  for await (const line of tail.lines()) lines.push(line)
  return lines
}

test('however a file is written, in pieces of characters too, its lines come once each and in order', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 12 }), { maxLength: 8 }), fc.string({ unit: 'binary' }), async (pieces, text) => {
      const file = newFile()
      const tail = new LineTail(file)
      const bytes = Buffer.concat([...pieces, Buffer.from(text.replaceAll('\r', ''))]).filter((byte) => byte !== 0x0d)
      const seen: string[] = []
      for (let at = 0; at < bytes.length; at += 5) {
        appendFileSync(file, bytes.subarray(at, at + 5))
        seen.push(...(await linesOf(tail)))
      }
      const expected = Buffer.from(bytes).toString('utf8').split('\n')
      assert.deepEqual([...seen, tail.takeRest()], expected)
    }),
    { numRuns: 50 },
  )
})

test('a file that is not there is empty; one that is moved to its other place is gone on with; a shorter one begins anew', async () => {
  const [first, second] = [newFile(), newFile()]
  const tail = new LineTail(first, second)
  assert.deepEqual(await linesOf(tail), [])
  writeFileSync(first, 'one\r\ntwo\nthr')
  assert.deepEqual(await linesOf(tail), ['one', 'two'])
  renameSync(first, second)
  appendFileSync(second, 'ee\n')
  assert.deepEqual(await linesOf(tail), ['three'])
  writeFileSync(second, 'new\n')
  assert.deepEqual(await linesOf(tail), ['new'])
})
