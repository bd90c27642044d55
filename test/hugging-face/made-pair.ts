import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { MetadataValue } from '../../src/gguf/metadata.ts'
import { writeGguf } from '../../src/gguf/writer.ts'
import { safetensors } from '../adapters/made.ts'

export interface MadePair {
  folder: string
  base: string
}

const [heads, headSize, width, vocabulary, layers] = [2, 4, 8, 32, 2]

/** Numbers that differ from tensor to tensor. */
const numbers = (count: number, seed: number): number[] =>
  Array.from({ length: count }, (_, index) => Math.sin(1 + index * 7.3 + seed * 31))

/** The same small model as a Hugging Face folder and as GGUF; for "llama" with the queries and keys of GGUF in llama.cpp's order. */
export async function makePair(
  directory: string,
  architecture: 'qwen3' | 'llama' | 'gemma',
  reordered = architecture === 'llama',
): Promise<MadePair> {
  const own: Record<string, { shape: number[]; values: number[] }> = {}
  const theirs: typeof own = {}
  const add = (name: string, ownName: string, shape: number[], values: number[], ownValues = values): void => {
    theirs[name] = { shape, values }
    own[ownName] = { shape: [...shape].reverse(), values: ownValues }
  }
  const norm = (seed: number): [number[], number[]] => {
    const values = numbers(width, seed)
    return [values, architecture === 'gemma' ? values.map((value) => value + 1) : values]
  }
  add('model.embed_tokens.weight', 'token_embd.weight', [vocabulary, width], numbers(vocabulary * width, 1))
  add('model.norm.weight', 'output_norm.weight', [width], ...norm(2))
  for (let layer = 0; layer < layers; layer += 1) {
    add(`model.layers.${layer}.input_layernorm.weight`, `blk.${layer}.attn_norm.weight`, [width], ...norm(10 + layer))
    const query = numbers(heads * headSize * width, 20 + layer)
    add(
      `model.layers.${layer}.self_attn.q_proj.weight`,
      `blk.${layer}.attn_q.weight`,
      [heads * headSize, width],
      query,
      reordered ? interleaved(query) : query,
    )
    add(`model.layers.${layer}.mlp.down_proj.weight`, `blk.${layer}.ffn_down.weight`, [width, 12], numbers(width * 12, 30 + layer))
  }
  const folder = path.join(directory, `${architecture}-hf`)
  mkdirSync(folder)
  writeFileSync(path.join(folder, 'config.json'), JSON.stringify({ model_type: architecture }))
  writeFileSync(path.join(folder, 'tokenizer_config.json'), JSON.stringify({ chat_template: 'a template' }))
  writeFileSync(path.join(folder, 'model.safetensors'), safetensors(theirs))
  return { folder, base: await writeBase(path.join(directory, `${architecture}.gguf`), architecture, own) }
}

/** Within each head the rows of the first half and of the second half take turns (convert_hf_to_gguf.py, LlamaModel.permute), written out for heads of 4. */
function interleaved(values: number[]): number[] {
  const row = (index: number): number[] => values.slice(index * width, (index + 1) * width)
  return [0, 2, 1, 3, 4, 6, 5, 7].flatMap(row)
}

async function writeBase(
  file: string,
  architecture: string,
  tensors: Record<string, { shape: number[]; values: number[] }>,
): Promise<string> {
  const metadata = new Map([
    ['general.architecture', MetadataValue.text(architecture)],
    [`${architecture}.attention.head_count`, MetadataValue.float32(heads)],
  ])
  const layouts = Object.entries(tensors).map(([name, { shape }]) => ({ name, shape, type: 'F32' as const }))
  const data = async function* () {
    for (const { values } of Object.values(tensors)) yield new Uint8Array(Float32Array.from(values).buffer)
  }
  await writeGguf(file, { version: 3, alignment: 32, metadata, tensors: layouts }, data())
  return file
}
