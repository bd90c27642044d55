import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bfloatBits, halfBits, halfValues } from '../../src/gguf/float16.ts'
import { dequantise, isDequantisable, quantise, quantiseInto } from '../../src/gguf/quantisation.ts'
import type { QuantisedType } from '../../src/gguf/quantisation.ts'
import { readFixture, readFloats, refusal } from './fixtures.ts'

// The expected bytes were written by gguf-py: zeros, subnormals, infinities, ties, numbers beyond float16, random blocks and random bit patterns.
const values = readFloats('values.f32')
const bitsOf = (floats: Float32Array): Uint32Array => new Uint32Array(floats.buffer, floats.byteOffset, floats.length)

for (const [type, name] of [
  ['Q8_0', 'q8_0'],
  ['F16', 'f16'],
  ['BF16', 'bf16'],
] as const) {
  test(`quantising to ${type} gives gguf-py's bytes`, () => {
    const made = quantise(type, values)
    const expected = readFixture(`values.${name}`)
    assert.equal(made.length, expected.length)
    const different = made.findIndex((byte, index) => byte !== expected[index])
    assert.equal(different, -1, `first difference at byte ${different}`)
  })

  test(`dequantising ${type} gives gguf-py's values`, () => {
    assert.deepEqual(dequantise(type, readFixture(`values.${name}`)), readFloats(`values.${name}.f32`))
  })
}

test("dequantising Q4_0 gives gguf-py's values", () => {
  assert.deepEqual(dequantise('Q4_0', readFixture('values.q4_0')), readFloats('values.q4_0.f32'))
})

for (const type of ['Q4_1', 'Q5_0', 'Q5_1', 'Q2_K', 'Q3_K', 'Q4_K', 'Q5_K', 'Q6_K', 'TQ1_0', 'TQ2_0'] as const) {
  test(`dequantising ${type} gives gguf-py's values for blocks of random bytes`, () => {
    assert.deepEqual(dequantise(type, readFixture(`blocks.${type.toLowerCase()}`)), readFloats(`blocks.${type.toLowerCase()}.f32`))
  })
}

test('dequantising Q8_K multiplies 256 signed bytes by the float32 before them', () => {
  const block = Buffer.alloc(292)
  block.writeFloatLE(0.1, 0)
  for (let index = 0; index < 256; index++) block.writeInt8(index - 128, 4 + index)
  const expected = Float32Array.from({ length: 256 }, (_, index) => Math.fround(0.1) * (index - 128))
  assert.deepEqual(dequantise('Q8_K', block), expected)
})

test('F32 goes through unchanged, bit for bit', () => {
  assert.deepEqual(bitsOf(dequantise('F32', quantise('F32', values))), bitsOf(values))
})

test('every float16 comes back from float32 as itself', () => {
  const bits = bitsOf(halfValues())
  for (let half = 0; half < 65536; half++) {
    const isNaN = (half & 0x7fff) > 0x7c00
    if (!isNaN) assert.equal(halfBits(bits[half] ?? 0), half)
  }
})

test('a float32 NaN stays one in float16 and bfloat16, also when only its low bits are set', () => {
  for (const bits of [0x7fc00000, 0x7f800001, 0xffc12345]) {
    assert.ok((halfBits(bits) & 0x7fff) > 0x7c00)
    assert.ok((bfloatBits(bits) & 0x7fff) > 0x7f80)
  }
})

test('quantising says when a value is not finite in that type', () => {
  const finite = new Float32Array(32).fill(3)
  // 70000 is beyond float16's 65504; as Q8_0 its scale is 551, which fits.
  const cases: [QuantisedType, number, boolean][] = [
    ['F32', Infinity, false],
    ['F32', 70000, true],
    ['F16', 70000, false],
    ['F16', NaN, false],
    ['BF16', 70000, true],
    ['BF16', -Infinity, false],
    ['Q8_0', 70000, true],
    ['Q8_0', NaN, false],
    ['Q8_0', Infinity, false],
    ['Q8_0', 1e9, false],
  ]
  for (const [type, value, expected] of cases) {
    const target = new Uint8Array(128)
    assert.equal(quantiseInto(type, finite, target), true)
    assert.equal(
      quantiseInto(
        type,
        Float32Array.from(finite, (old, index) => (index === 17 ? value : old)),
        target,
      ),
      expected,
      `${type} ${value}`,
    )
  }
})

test('a type that can only be copied is refused by name', () => {
  assert.equal(isDequantisable('IQ2_XS'), false)
  assert.throws(() => dequantise('IQ2_XS', new Uint8Array(74)), refusal('GI-GGUF-UNSUPPORTED', /IQ2_XS/))
})
