import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { copyFileSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { adapterFixture } from '../adapters/made.ts'
import { fixture } from '../gguf/fixtures.ts'
import { failing, genesis, genesisJson, temporaryDirectory } from './program.ts'

interface PackageDocument {
  file: string
  bytes: number
  digest: string
  architecture: string
  fileType: string
  adapter: { kind: string; ranks: number[]; scales: number[] }
  changedTensors: string[]
}

const base = adapterFixture('qwen3.gguf')

test('package merges a PEFT directory and tells the file, its size and digest, and what was changed', async (t) => {
  const output = path.join(temporaryDirectory(t), 'merged.gguf')
  const made = await genesisJson<PackageDocument>(['package', adapterFixture('peft-plain'), '--base', base, '--output', output])
  const content = readFileSync(output)
  assert.deepEqual([made.file, made.bytes, made.digest], [output, content.length, createHash('sha256').update(content).digest('hex')])
  // make_peft.py: two layers of seven matrices, rank 4, alpha 12; the scale is 12 / 4.
  assert.deepEqual(made.adapter, { kind: 'peft', ranks: [4], scales: [3] })
  assert.equal(made.changedTensors.length, 14)
})

test('package merges a LoRA GGUF as another type, scaled, and prints it for people', async (t) => {
  const output = path.join(temporaryDirectory(t), 'merged.gguf')
  const args = ['package', fixture('adapter.gguf'), '--base', fixture('base.gguf'), '--output', output, '--type', 'F16', '--scale', '0.5']
  const { code, stdout } = await genesis(args)
  assert.equal(code, 0)
  assert.match(stdout, /LoRA GGUF, 7 tensors, rank 2 to 8, scale 0\.375 to 1\.5\n/)
  assert.match(stdout, new RegExp(`SHA-256 {2}${createHash('sha256').update(readFileSync(output)).digest('hex')}`))
})

test('package keeps an existing output unless --force is given, and never replaces its inputs', async (t) => {
  const directory = temporaryDirectory(t)
  const [output, copy] = [path.join(directory, 'merged.gguf'), path.join(directory, 'base.gguf')]
  copyFileSync(base, copy)
  const args = ['package', adapterFixture('peft-plain'), '--base', copy, '--output']
  await genesisJson([...args, output])
  await failing([...args, output], 10, 'GI-OUTPUT-EXISTS')
  await genesisJson([...args, output, '--force'])
  await failing([...args, copy, '--force'], 10, 'GI-OUTPUT-EXISTS')
  await failing([...args, directory, '--force'], 10, 'GI-OUTPUT-EXISTS')
  assert.ok(readFileSync(copy).equals(readFileSync(base)))
})

test('package refuses what is no adapter, another architecture and bad options, and leaves nothing behind', async (t) => {
  const directory = temporaryDirectory(t)
  const output = path.join(directory, 'merged.gguf')
  const call = (adapter: string, ...more: string[]) => ['package', adapter, '--base', base, '--output', output, ...more]
  await failing(call(path.join(directory, 'none')), 10, 'GI-ADAPTER-UNREADABLE')
  await failing(call(directory), 10, 'GI-ADAPTER-UNREADABLE')
  await failing(call(base), 20, 'GI-ADAPTER-INVALID')
  await failing(call(adapterFixture('peft-embedding')), 10, 'GI-ADAPTER-UNSUPPORTED')
  await failing(call(adapterFixture('peft-plain'), '--scale', '0'), 2, 'GI-USAGE')
  await failing(call(adapterFixture('peft-plain'), '--type', 'Q4_K'), 2, 'GI-USAGE')
  assert.deepEqual(readdirSync(directory), [])
})
