import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import fc from 'fast-check'
import { openGguf } from '../../src/gguf/gguf-file.ts'
import { parseHeader } from '../../src/gguf/header.ts'
import { readLora } from '../../src/gguf/lora.ts'
import { planMerge } from '../../src/gguf/merge-plan.ts'
import { readGgufSummary } from '../../src/gguf/summary.ts'
import { headerBytes } from '../../src/gguf/writer.ts'
import { fixture, readFixture } from '../gguf/fixtures.ts'
import { adapterFixture } from '../adapters/made.ts'
import { campaign } from './campaign.ts'
import { damagedBytes } from './damaged-bytes.ts'
import { oddGguf } from './odd-gguf.ts'

const directory = mkdtempSync(path.join(tmpdir(), 'genesis-fuzz-gguf-'))
after(() => rmSync(directory, { recursive: true, force: true }))
const file = path.join(directory, 'damaged.gguf')

/** The header alone, where nearly all damage means something, and how long the file behind it was. */
function headerOf(whole: Buffer): Buffer {
  return Buffer.from(headerBytes(parseHeader(whole, whole.length)))
}

const models = [readFixture('base.gguf'), readFixture('mixture.gguf'), readFileSync(adapterFixture('qwen3.gguf'))]
const adapters = [readFixture('adapter.gguf'), readFixture('mixture-adapter.gguf')]

/** A file that ends where it ended, or, all hole, somewhere else. */
const sizes = fc.oneof(fc.constant(null), fc.constantFrom(0, 2 ** 20, 2 ** 27, 2 ** 32, 2 ** 40))

interface DamagedFile {
  bytes: Buffer
  size: number | null
}

/** Damaged headers in front of the tensors that belong to them, or of a hole that takes no room on the disk; and whole ones that say odd things. */
function damagedFiles(whole: readonly Buffer[]): fc.Arbitrary<DamagedFile> {
  const damaged = fc.constantFrom(...whole).chain((bytes) => {
    const header = headerOf(bytes)
    return damagedBytes([header]).map((changed) => Buffer.concat([changed, bytes.subarray(header.length)]))
  })
  return fc.record({ bytes: fc.oneof(damaged, oddGguf), size: sizes })
}

function write({ bytes, size }: DamagedFile): void {
  writeFileSync(file, bytes)
  if (size !== null) truncateSync(file, size)
}

test('a model with a damaged header is read or refused', async (t) => {
  await campaign(t, damagedFiles(models), async (damaged) => {
    write(damaged)
    const { tokenizer } = await readGgufSummary(file)
    return `read${tokenizer.tokens.length + tokenizer.merges.length + tokenizer.tokenTypes.length > 0 ? ' with its tokens' : ''}`
  })
})

test('a damaged adapter is read, and fits the base, or is refused', async (t) => {
  const base = await openGguf(fixture('base.gguf'))
  await base.close()
  await campaign(t, damagedFiles(adapters), async (damaged) => {
    write(damaged)
    const lora = await readLora(file)
    await lora.close()
    planMerge(base, lora, 'keep')
  })
})
