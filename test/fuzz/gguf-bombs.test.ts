import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, describe, test } from 'node:test'

const directory = mkdtempSync(path.join(tmpdir(), 'genesis-bombs-'))
after(() => rmSync(directory, { recursive: true, force: true }))
const file = path.join(directory, 'bomb.gguf')

/** Header files of nearly the largest size that is read: what a hostile file can make of it. */
const bombs: Record<string, () => Buffer> = {
  'many tensors': () => headerWith(300_000, 0, (index) => Buffer.concat([text(`t${index}`), narrow(1), wide(32n), narrow(0), wide(0n)])),
  'a list of empty texts as tokens': () => listOf('tokenizer.ggml.tokens', 8, 8 << 20, 7_000_000),
  'a list of empty lists as tokens': () => listOf('tokenizer.ggml.tokens', 9, 12 * 5_000_000, 5_000_000),
  'a list of bytes as the alignment': () => listOf('general.alignment', 0, 60_000_000, 60_000_000),
  'a text of 60 MB as the architecture': () =>
    Buffer.concat([start(0, 1), text('general.architecture'), narrow(8), wide(60_000_000n), Buffer.alloc(60_000_000, 0x61)]),
  'a key of 60 MB': () => Buffer.concat([start(0, 1), wide(60_000_000n), Buffer.alloc(60_000_100, 0x61)]),
}

const wide = (value: bigint): Buffer => Buffer.from(BigUint64Array.of(value).buffer)
const narrow = (value: number): Buffer => Buffer.from(Uint32Array.of(value).buffer)
const text = (value: string): Buffer => Buffer.concat([wide(BigInt(value.length)), Buffer.from(value)])
const start = (tensors: number, values: number): Buffer =>
  Buffer.concat([Buffer.from('GGUF'), narrow(3), wide(BigInt(tensors)), wide(BigInt(values))])
const headerWith = (tensors: number, values: number, describe: (index: number) => Buffer): Buffer =>
  Buffer.concat([start(tensors, values), ...Array.from({ length: tensors + values }, (_, index) => describe(index))])
const listOf = (key: string, type: number, bytes: number, count: number): Buffer =>
  Buffer.concat([start(0, 1), text(key), narrow(9), narrow(type), wide(BigInt(count)), Buffer.alloc(bytes)])

describe('a header that is meant to take all memory takes less than 200 MB', () => {
  for (const [what, make] of Object.entries(bombs))
    test(what, () => {
      writeFileSync(file, make())
      // The tensors of a real file follow: room for whatever is claimed.
      truncateSync(file, 2 ** 33)
      const read = `import { readGgufSummary } from ${JSON.stringify(new URL('../../src/gguf/summary.ts', import.meta.url).href)}
        const before = process.memoryUsage().rss
        try {
          const { tokenizer } = await readGgufSummary(${JSON.stringify(file)})
          void [tokenizer.tokens.length, tokenizer.merges.length, tokenizer.tokenTypes.length]
        } catch (error) {
          if (!['GI-GGUF-INVALID', 'GI-GGUF-UNSUPPORTED'].includes(error.code)) throw error
        }
        console.log(process.resourceUsage().maxRSS * 1024 - before)`
      const { stdout, stderr } = spawnSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', read], { encoding: 'utf8' })
      // What is refused at once takes nothing beyond the peak of starting up.
      assert.match(stdout, /^-?\d+\n$/, stderr)
      assert.ok(Number(stdout) < 200e6, `${stdout}${stderr}`)
    })
})
