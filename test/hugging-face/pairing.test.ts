import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, describe, test } from 'node:test'
import { GenesisError } from '../../src/errors.ts'
import { loadedFiles } from '../../src/hugging-face/loaded-files.ts'
import { readModelFolder } from '../../src/hugging-face/model-folder.ts'
import { largestDifference, relativeDifference } from '../../src/hugging-face/number-difference.ts'
import { requireSameNumbers, requireSameShapes } from '../../src/hugging-face/pairing.ts'
import { makePair } from './made-pair.ts'

const root = mkdtempSync(path.join(tmpdir(), 'genesis-pairing-'))
after(() => rmSync(root, { recursive: true, force: true }))
let made = 0
const place = (): string => {
  const directory = path.join(root, String((made += 1)))
  mkdirSync(directory)
  return directory
}

async function compare({ folder, base }: { folder: string; base: string }): Promise<void> {
  const model = await readModelFolder(folder)
  await requireSameShapes(model, base)
  await requireSameNumbers(model, base)
}

/** What `compare` is refused with. */
async function refusal(pair: { folder: string; base: string }): Promise<string> {
  const error: unknown = await compare(pair).then(
    () => assert.fail('it was taken for the same'),
    (thrown: unknown) => thrown,
  )
  assert.ok(error instanceof GenesisError)
  return `${error.code}: ${error.why ?? ''}`
}

describe('a Hugging Face folder and a GGUF file', () => {
  for (const architecture of ['qwen3', 'llama', 'gemma'] as const)
    test(`of the same ${architecture} are known as the same, whatever order or offset GGUF has`, async () => {
      await compare(await makePair(place(), architecture))
    })

  test('of other numbers are told apart, and the tensor is named', async () => {
    for (const tensor of ['model.norm.weight', 'model.embed_tokens.weight', 'model.layers.1.self_attn.q_proj.weight']) {
      const pair = await makePair(place(), 'qwen3')
      const file = path.join(pair.folder, 'model.safetensors')
      writeFileSync(file, scaled(readFileSync(file), tensor))
      assert.match(await refusal(pair), new RegExp(`^GI-MODEL-DIFFERS: the numbers of ${tensor} and of \\S+ of the base are \\d+%`))
    }
  })

  test('with the rows of queries in the wrong order are not the same', async () => {
    assert.match(await refusal(await makePair(place(), 'llama', false)), /layers\.0\.self_attn\.q_proj/)
  })

  test('of other shapes are told apart by the first that differs', async () => {
    const pair = await makePair(place(), 'qwen3')
    const file = path.join(pair.folder, 'model.safetensors')
    const bytes = readFileSync(file)
    writeFileSync(file, Buffer.from(bytes.toString('latin1').replace('"shape":[32,8]', '"shape":[8,32]'), 'latin1'))
    assert.equal(await refusal(pair), 'GI-MODEL-DIFFERS: model.embed_tokens.weight is 8 x 32, token_embd.weight of the base is 32 x 8')
  })
})

describe('a Hugging Face folder', () => {
  test('says what it is', async () => {
    const { folder } = await makePair(place(), 'qwen3')
    const { modelType, parameters, chatTemplate } = await readModelFolder(folder)
    // 32 x 8 embeddings, a norm of 8, and two blocks of a norm, 8 x 8 and 8 x 12.
    assert.deepEqual([modelType, parameters, chatTemplate], ['qwen3', 256 + 8 + 2 * (8 + 64 + 96), 'a template'])
    writeFileSync(path.join(folder, 'chat_template.jinja'), 'a newer template')
    assert.equal((await readModelFolder(folder)).chatTemplate, 'a newer template')
  })

  test('that is none, is quantised or is not whole is refused, with what is wrong', async () => {
    const { folder } = await makePair(place(), 'qwen3')
    const refused = async (why: RegExp): Promise<void> => {
      await assert.rejects(readModelFolder(folder), (error: GenesisError) => error.code === 'GI-MODEL-FOLDER' && why.test(error.why ?? ''))
    }
    const config = path.join(folder, 'config.json')
    writeFileSync(config, '{"model_type":"qwen3","quantization_config":{"quant_method":"awq"}}')
    await refused(/is quantised \(awq\)/)
    writeFileSync(config, '{"model_type":"qwen3"}')
    writeFileSync(path.join(folder, 'model-00001-of-00003.safetensors'), readFileSync(path.join(folder, 'model.safetensors')))
    rmSync(path.join(folder, 'model.safetensors'))
    await refused(/has 1 of 3 files of weights/)
    rmSync(path.join(folder, 'model-00001-of-00003.safetensors'))
    await refused(/there is no model\.safetensors/)
    rmSync(config)
    await refused(/there is no .*config\.json/)
  })
})

test('the difference of numbers is relative, and more may be the quantisation of few bits', () => {
  // The squares of 3 and 4 are 25, those of the differences 0 and 1 are 1.
  assert.equal(relativeDifference(Float32Array.of(3, 4), Float32Array.of(3, 5)), 0.2)
  assert.equal(relativeDifference(Float32Array.of(1), Float32Array.of(1, 2)), Infinity)
  const limits = (['F32', 'Q8_0', 'Q6_K', 'Q5_K', 'Q4_K', 'Q3_K', 'Q2_K'] as const).map(largestDifference)
  assert.deepEqual(
    limits,
    [...limits].sort((left, right) => left - right),
  )
})

/** The file with all numbers of one tensor times three. */
function scaled(bytes: Buffer, tensor: string): Buffer {
  const length = Number(bytes.readBigUInt64LE(0))
  const header = JSON.parse(bytes.toString('utf8', 8, 8 + length)) as Record<string, { data_offsets: [number, number] }>
  const [from, to] = header[tensor]?.data_offsets ?? [0, 0]
  for (let at = 8 + length + from; at < 8 + length + to; at += 4) bytes.writeFloatLE(3 * bytes.readFloatLE(at), at)
  return bytes
}

test('the files that a training reads are those of the model, links among them; not its weights in other formats, nor what is hidden', async () => {
  const folder = place()
  const blobs = place()
  const read = ['chat_template.jinja', 'config.json', 'merges.txt', 'model-00001-of-00002.safetensors', 'modeling.py', 'tokenizer.model']
  for (const name of read) writeFileSync(path.join(blobs, name), '')
  // The Hub's cache holds links to its blobs.
  for (const name of read) symlinkSync(path.join(blobs, name), path.join(folder, name))
  for (const name of ['.gitattributes', '.hidden.json', 'README.md', 'consolidated.safetensors', 'model.gguf', 'pytorch_model.bin'])
    writeFileSync(path.join(folder, name), '')
  mkdirSync(path.join(folder, 'folder.json'))
  assert.deepEqual(await loadedFiles(folder), read)
})
