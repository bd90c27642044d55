import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import fc from 'fast-check'
import { convertAdapter } from '../../src/adapters/convert.ts'
import { readLora } from '../../src/gguf/lora.ts'
import { adapterFixture, withHeader, writeAdapter } from '../adapters/made.ts'
import { campaign } from './campaign.ts'
import { damagedBytes } from './damaged-bytes.ts'
import { damagedJson } from './damaged-json.ts'
import './fuzzed-home.ts'

const directory = mkdtempSync(path.join(tmpdir(), 'genesis-fuzz-adapters-'))
after(() => rmSync(directory, { recursive: true, force: true }))

/** What MLX-LM leaves: one pair, for a base of 64 columns. */
const mlx = writeAdapter(
  directory,
  'mlx',
  { fine_tune_type: 'lora', lora_parameters: { rank: 2, scale: 20, dropout: 0 }, num_layers: 1, model: 'x' },
  'adapters.safetensors',
  {
    'model.layers.0.self_attn.q_proj.lora_a': { shape: [64, 2], values: new Float32Array(128).fill(0.5) },
    'model.layers.0.self_attn.q_proj.lora_b': { shape: [2, 64], values: new Float32Array(128).fill(0.25) },
  },
)
const kinds = [
  { from: adapterFixture('peft-plain'), file: 'adapter_model.safetensors' },
  { from: adapterFixture('peft-patterns'), file: 'adapter_model.safetensors' },
  { from: adapterFixture('peft-embedding'), file: 'adapter_model.safetensors' },
  { from: mlx, file: 'adapters.safetensors' },
]

interface Damaged {
  from: string
  file: string
  /** What takes the place of the configuration, or of the weights. */
  config?: Buffer
  weights?: Buffer
}

function weightsOf(from: string, file: string): { whole: Buffer; header: unknown; data: Buffer } {
  const whole = readFileSync(path.join(from, file))
  const end = 8 + Number(whole.readBigUInt64LE(0))
  return { whole, header: JSON.parse(whole.toString('utf8', 8, end)) as unknown, data: whole.subarray(end) }
}

const damaged: fc.Arbitrary<Damaged> = fc.constantFrom(...kinds).chain(({ from, file }): fc.Arbitrary<Damaged> => {
  const { whole, header, data } = weightsOf(from, file)
  return fc.oneof(
    damagedJson([JSON.parse(readFileSync(path.join(from, 'adapter_config.json'), 'utf8'))]).map((config) => ({ from, file, config })),
    damagedJson([header]).map((changed) => ({ from, file, weights: withHeader(changed.toString('utf8'), data) })),
    damagedBytes([whole]).map((weights) => ({ from, file, weights })),
  )
})

test('a damaged adapter of PEFT or MLX-LM is converted or refused', async (t) => {
  const place = path.join(directory, 'damaged')
  const output = path.join(directory, 'converted.gguf')
  await campaign(t, damaged, async ({ from, file, config, weights }) => {
    rmSync(place, { recursive: true, force: true })
    rmSync(output, { force: true })
    mkdirSync(place)
    for (const [name, content] of [
      ['adapter_config.json', config],
      [file, weights],
    ] as const) {
      if (content === undefined) copyFileSync(path.join(from, name), path.join(place, name))
      else writeFileSync(path.join(place, name), content)
    }
    await convertAdapter({ directory: place, base: adapterFixture('qwen3.gguf'), output })
    // What was written is an adapter, whatever it was made from.
    const lora = await readLora(output)
    await lora.close()
    return 'converted'
  })
})
