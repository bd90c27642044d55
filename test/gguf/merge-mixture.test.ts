import assert from 'node:assert/strict'
import path from 'node:path'
import { test } from 'node:test'
import { openGguf } from '../../src/gguf/gguf-file.ts'
import { mergeLora } from '../../src/gguf/merge.ts'
import { dequantise } from '../../src/gguf/quantisation.ts'
import { fixture, inDirectory, readFloats, refusal } from './fixtures.ts'
import { writeModel } from './models.ts'

const base = fixture('mixture.gguf')
const adapter = fixture('mixture-adapter.gguf')

/** Every tensor's type, bytes and values, by name. */
async function contents(file: string) {
  const gguf = await openGguf(file)
  try {
    const tensors = []
    for (const tensor of gguf.tensors) {
      const bytes = await gguf.readTensor(tensor)
      tensors.push([tensor.name, { type: tensor.type, bytes, values: dequantise(tensor.type, bytes) }] as const)
    }
    return { tensors: new Map(tensors), fileType: gguf.fileType }
  } finally {
    await gguf.close()
  }
}

// make_fixtures.py: MIXTURE, those with a rank.
const touched = ['attn_q', 'attn_k', 'attn_v', 'attn_output', 'ffn_gate', 'ffn_up', 'ffn_down']
  .map((name) => `blk.0.${name}.weight`)
  .concat(['ffn_gate', 'ffn_up', 'ffn_down'].map((name) => `blk.1.${name}.weight`))

// Half a step: of Q8_0 1/254 of the block's largest (whose scale is a float16 itself), of the others 2^-11 and 2^-8 of the value (float16's and
// bfloat16's significands); and the float32 sums may differ from NumPy's in their last bits.
const limits = {
  Q8_0: (_: number, largest: number) => largest / 254 + largest * 2 ** -11,
  F16: (value: number) => Math.abs(value) * 2 ** -11 + 2 ** -25,
  BF16: (value: number) => Math.abs(value) * 2 ** -8,
}

for (const [touchedType, expectedTypes] of [
  ['keep', 'Q8_0 Q8_0 Q8_0 Q8_0 Q8_0 Q8_0 Q8_0 Q8_0 BF16 Q8_0'],
  ['q8_0', 'Q8_0 Q8_0 Q8_0 Q8_0 Q8_0 Q8_0 Q8_0 Q8_0 F16 Q8_0'],
  ['f16', 'F16 F16 F16 F16 F16 F16 F16 F16 F16 F16'],
  ['bf16', 'BF16 BF16 BF16 BF16 BF16 BF16 BF16 BF16 BF16 BF16'],
] as const) {
  test(`touched tensors of every K type and older type become NumPy's W + alpha/r B A within rounding, written as ${touchedType} says`, async () => {
    await inDirectory(async (directory) => {
      const output = path.join(directory, 'merged.gguf')
      assert.equal((await mergeLora({ base, adapter, output, touchedType })).tensors, touched.length)
      const { tensors } = await contents(output)
      assert.equal(touched.map((name) => tensors.get(name)?.type).join(' '), expectedTypes)
      const expected = readFloats('mixture-merged.f32')
      let start = 0
      for (const name of touched) {
        const { type, values } = tensors.get(name) ?? assert.fail(name)
        const wanted = expected.subarray(start, (start += values.length))
        for (const [index, value] of values.entries()) {
          const block = wanted.subarray(index - (index % 32), index - (index % 32) + 32)
          const limit = limits[type as keyof typeof limits](wanted[index] ?? NaN, Math.max(...block.map(Math.abs))) + 2e-7
          assert.ok(Math.abs(value - (wanted[index] ?? NaN)) <= limit, `${name} ${index}: ${value} for ${wanted[index]}`)
        }
      }
      assert.equal(start, expected.length)
    })
  })
}

test('untouched tensors of every type are copied byte for byte, and the file type tells the truth', async () => {
  await inDirectory(async (directory) => {
    const output = path.join(directory, 'merged.gguf')
    await mergeLora({ base, adapter, output })
    const [before, after] = [await contents(base), await contents(output)]
    assert.deepEqual([...after.tensors.keys()], [...before.tensors.keys()])
    for (const [name, { type, bytes }] of before.tensors) {
      if (touched.includes(name)) assert.notDeepEqual(after.tensors.get(name)?.bytes, bytes, name)
      else assert.deepEqual([after.tensors.get(name)?.type, after.tensors.get(name)?.bytes], [type, bytes], name)
    }
    // Q4_K_M before; Q8_0, which most elements have, once Q4_K tensors have become it.
    assert.deepEqual([before.fileType, after.fileType], [15, 7])
  })
})

test('an adapter that changes experts of a mixture is refused, whether it comes as matrices or as stacks of them', async () => {
  await inDirectory(async (directory) => {
    const pair = (name: string, stacked: number[]) => ({
      [`${name}.lora_a`]: { shape: [256, 1, ...stacked], values: new Float32Array(256 * (stacked[0] ?? 1)).fill(1) },
      [`${name}.lora_b`]: { shape: [1, 3, ...stacked], values: new Float32Array(3 * (stacked[0] ?? 1)).fill(1) },
    })
    for (const stacked of [[], [2]]) {
      const lora = await writeModel(directory, 'lora', pair('blk.1.ffn_gate_exps.weight', stacked), 1, 'gemma3')
      await assert.rejects(
        mergeLora({ base, adapter: lora, output: path.join(directory, 'merged.gguf') }),
        refusal('GI-ADAPTER-INVALID', /experts.*blk\.1\.ffn_gate_exps\.weight/),
      )
    }
  })
})
