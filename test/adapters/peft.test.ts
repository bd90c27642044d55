import assert from 'node:assert/strict'
import { readFileSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { packageAdapter } from '../../src/adapters/package.ts'
import { openGguf } from '../../src/gguf/gguf-file.ts'
import { dequantise } from '../../src/gguf/quantisation.ts'
import { inDirectory, refusal } from '../gguf/fixtures.ts'
import { adapterFixture, writeAdapter } from './made.ts'

async function changedValues(file: string, names: readonly string[]): Promise<Float32Array> {
  const gguf = await openGguf(file)
  const parts: Float32Array[] = []
  for (const tensor of gguf.tensors) if (names.includes(tensor.name)) parts.push(dequantise(tensor.type, await gguf.readTensor(tensor)))
  await gguf.close()
  return Float32Array.from(parts.flatMap((part) => [...part]))
}

const packageWith = (adapter: string, base: string, output: string) =>
  packageAdapter({ adapter, base, output, touchedType: 'keep', scale: 1, replace: false })

// expected.f32: the weights after merge_and_unload of PEFT itself; see make_peft.py.
for (const [name, base, ranks, scales] of [
  ['peft-plain', 'qwen3', [4], [3]],
  // rsLoRA: alpha / sqrt(rank) with ranks 4, 2, 6 and alphas 8, 20, 3.
  ['peft-patterns', 'qwen3', [2, 4, 6], [3 / 2, 8 / Math.sqrt(6), 4, 8 / Math.sqrt(2), 10]],
  ['peft-embedding', 'qwen3-untied', [3], [2]],
  ['peft-llama', 'llama', [4], [1]],
] as const) {
  test(`${name} merged is what PEFT's own merge_and_unload gives`, async () => {
    await inDirectory(async (directory) => {
      const output = path.join(directory, 'merged.gguf')
      const packaged = await packageWith(adapterFixture(name), adapterFixture(`${base}.gguf`), output)
      assert.equal(packaged.adapter.kind, 'peft')
      assert.deepEqual(packaged.adapter.ranks, ranks)
      if (name !== 'peft-patterns') assert.deepEqual(packaged.adapter.scales, scales)
      const bytes = readFileSync(adapterFixture(`${name}/expected.f32`))
      const expected = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length))
      const values = await changedValues(output, packaged.changedTensors)
      assert.equal(values.length, expected.length)
      const furthest = values.reduce((most, value, index) => Math.max(most, Math.abs(value - (expected[index] ?? NaN))), 0)
      assert.ok(furthest < 2e-6, `${furthest}`)
      assert.deepEqual(readdirSync(directory), ['merged.gguf'])
    })
  })
}

const base = adapterFixture('qwen3.gguf')
const config = { peft_type: 'LORA', r: 1, lora_alpha: 1 }
const ones = (rows: number, columns: number, value = 1) => ({
  shape: [rows, columns],
  values: new Float32Array(rows * columns).fill(value),
})
const prefix = 'base_model.model.model.layers.0.self_attn.q_proj'
const pair = { [`${prefix}.lora_A.weight`]: ones(1, 32), [`${prefix}.lora_B.weight`]: ones(32, 1) }

async function refused(
  settings: object,
  tensors: Parameters<typeof writeAdapter>[4],
  code: 'GI-ADAPTER-UNSUPPORTED' | 'GI-ADAPTER-INVALID' | 'GI-ADAPTER-UNREADABLE',
  reason: RegExp,
) {
  await inDirectory(async (directory) => {
    const adapter = writeAdapter(directory, 'a', { ...config, ...settings }, 'adapter_model.safetensors', tensors)
    await assert.rejects(packageWith(adapter, base, path.join(directory, 'merged.gguf')), refusal(code, reason))
    assert.deepEqual(readdirSync(directory), ['a'])
  })
}

test('adapters that are more than B A added to linear layers are refused with the reason', async () => {
  for (const [settings, reason] of [
    [{ use_dora: true }, /DoRA/],
    [{ modules_to_save: ['lm_head'] }, /whole modules/],
    [{ bias: 'all' }, /biases/],
    [{ init_lora_weights: 'pissa' }, /base that was changed/],
    [{ peft_type: 'IA3' }, /IA3/],
    [{ layer_replication: [[0, 1]] }, /more layers/],
    [{ rank_pattern: { '(': 1 } }, /pattern/],
    // It would take for ever.
    [{ rank_pattern: { '([a-z0-9._]+)+!': 1 } }, /pattern/],
  ] as const)
    await refused(settings, pair, 'GI-ADAPTER-UNSUPPORTED', reason)
  const named = (module: string) => ({ [`base_model.model.${module}.lora_A.weight`]: ones(1, 32), [`base_model.model.${module}.lora_B.weight`]: ones(32, 1) }) // prettier-ignore
  await refused({}, named('vision_tower.layers.0.q_proj'), 'GI-ADAPTER-UNSUPPORTED', /sees/)
  await refused({}, named('model.layers.0.mlp.experts.3.up_proj'), 'GI-ADAPTER-UNSUPPORTED', /experts/)
  await refused({}, named('lm_head'), 'GI-ADAPTER-UNSUPPORTED', /shares with the token embedding/)
  await refused({}, { ...pair, [`${prefix}.bias`]: ones(1, 32) }, 'GI-ADAPTER-UNSUPPORTED', /trained biases/)
})

test('adapters whose numbers or halves make no sense are refused by the name of the module', async () => {
  const [a, b] = [`${prefix}.lora_A.weight`, `${prefix}.lora_B.weight`]
  await refused({}, { [a]: ones(1, 32), [b]: ones(32, 1, 0) }, 'GI-ADAPTER-INVALID', /zero/)
  await refused({}, { [a]: ones(1, 32, NaN), [b]: ones(32, 1) }, 'GI-ADAPTER-INVALID', /q_proj.*diverged/)
  await refused({}, { [a]: ones(1, 32) }, 'GI-ADAPTER-INVALID', /no lora_b/)
  await refused({}, { [a]: ones(2, 32), [b]: ones(32, 1) }, 'GI-ADAPTER-INVALID', /ranks/)
  await refused({ r: 2 }, pair, 'GI-ADAPTER-INVALID', /rank 1.*says 2/)
  await refused({}, { [a]: ones(1, 31), [b]: ones(32, 1) }, 'GI-ADAPTER-INVALID', /attn_q.*31/)
  await refused({}, {}, 'GI-ADAPTER-INVALID', /no tensors/)
  const far = 'base_model.model.model.layers.9.self_attn.q_proj'
  await refused({}, { [`${far}.lora_A.weight`]: ones(1, 32), [`${far}.lora_B.weight`]: ones(32, 1) }, 'GI-ADAPTER-INVALID', /blk\.9/)
})

test('the name of the adapter may stand inside, and language_model. in front', async () => {
  await inDirectory(async (directory) => {
    const inside = 'base_model.model.language_model.model.layers.0.self_attn.q_proj'
    const tensors = { [`${inside}.lora_A.default.weight`]: ones(1, 32), [`${inside}.lora_B.default.weight`]: ones(32, 1) }
    const adapter = writeAdapter(directory, 'a', config, 'adapter_model.safetensors', tensors)
    const { changedTensors } = await packageWith(adapter, base, path.join(directory, 'merged.gguf'))
    assert.deepEqual(changedTensors, ['blk.0.attn_q.weight'])
  })
})
