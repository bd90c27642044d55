import { mkdir, open, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { byteLength } from '../../src/gguf/ggml-types.ts'
import { openGguf } from '../../src/gguf/gguf-file.ts'
import type { GgufFile } from '../../src/gguf/gguf-file.ts'
import { numberOf } from '../../src/gguf/metadata.ts'
import { readGgufSummary } from '../../src/gguf/summary.ts'
import type { GgufSummary } from '../../src/gguf/summary.ts'

/** Hugging Face's names inside a block of Qwen3. */
const layerNames: Readonly<Record<string, string>> = {
  ...{ attn_q: 'self_attn.q_proj', attn_k: 'self_attn.k_proj', attn_v: 'self_attn.v_proj', attn_output: 'self_attn.o_proj' },
  ...{ attn_q_norm: 'self_attn.q_norm', attn_k_norm: 'self_attn.k_norm' },
  ...{ attn_norm: 'input_layernorm', ffn_norm: 'post_attention_layernorm' },
  ...{ ffn_gate: 'mlp.gate_proj', ffn_up: 'mlp.up_proj', ffn_down: 'mlp.down_proj' },
}

/** Writes a Qwen3 of F16 and F32 tensors, with embeddings that it shares, as a Hugging Face folder: the way back from convert_hf_to_gguf.py. */
export async function writeHuggingFaceFolder(file: string, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true })
  const summary = await readGgufSummary(file)
  const gguf = await openGguf(file)
  try {
    if (gguf.architecture !== 'qwen3') throw new Error(`${file} is no Qwen3`)
    const write = async (name: string, value: unknown): Promise<void> => await writeFile(path.join(folder, name), JSON.stringify(value))
    await write('config.json', modelConfig(gguf, summary))
    await write('generation_config.json', { eos_token_id: summary.tokenizer.eosId, do_sample: false })
    await write('tokenizer.json', tokenizer(summary))
    await write('tokenizer_config.json', tokenizerConfig(summary))
    await writeWeights(gguf, path.join(folder, 'model.safetensors'))
  } finally {
    await gguf.close()
  }
}

function modelConfig({ metadata, tensors }: GgufFile, { tokenizer, contextLength }: GgufSummary): Record<string, unknown> {
  const number = (key: string): number | undefined => numberOf(metadata, `qwen3.${key}`)
  return {
    ...{ architectures: ['Qwen3ForCausalLM'], model_type: 'qwen3', hidden_act: 'silu', torch_dtype: 'float32', tie_word_embeddings: true },
    ...{ vocab_size: tensors.find(({ name }) => name === 'token_embd.weight')?.shape[1], hidden_size: number('embedding_length') },
    ...{ intermediate_size: number('feed_forward_length'), num_hidden_layers: number('block_count') },
    ...{ num_attention_heads: number('attention.head_count'), num_key_value_heads: number('attention.head_count_kv') },
    ...{
      head_dim: number('attention.key_length'),
      max_position_embeddings: contextLength,
      rms_norm_eps: number('attention.layer_norm_rms_epsilon'),
    },
    ...{ rope_theta: number('rope.freq_base'), rope_scaling: null, attention_bias: false, attention_dropout: 0, use_cache: true },
    ...{ use_sliding_window: false, sliding_window: null, max_window_layers: number('block_count'), bos_token_id: null },
    ...{ eos_token_id: tokenizer.eosId, pad_token_id: tokenizer.bosId },
  }
}

/** llama.cpp's pre-tokenizer "qwen2", as tokenizer.json of Qwen says it. */
const wordPattern =
  "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"
const control = 3

const specialTokens = ({ tokenizer: { tokens, tokenTypes } }: GgufSummary): { id: number; content: string }[] =>
  tokens.map((content, id) => ({ id, content })).filter(({ id }) => tokenTypes[id] === control)

function tokenizer(summary: GgufSummary): Record<string, unknown> {
  const special = specialTokens(summary)
  const ids = new Set(special.map(({ id }) => id))
  const { tokens, merges } = summary.tokenizer
  const bytes = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: false, use_regex: false }
  return {
    ...{ version: '1.0', truncation: null, padding: null, normalizer: null, post_processor: null },
    added_tokens: special.map((token) => ({
      ...token,
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
      special: true,
    })),
    pre_tokenizer: {
      type: 'Sequence',
      pretokenizers: [{ type: 'Split', pattern: { Regex: wordPattern }, behavior: 'Isolated', invert: false }, bytes],
    },
    decoder: bytes,
    model: {
      ...{ type: 'BPE', dropout: null, unk_token: null, continuing_subword_prefix: null, end_of_word_suffix: null },
      ...{ fuse_unk: false, byte_fallback: false, ignore_merges: false },
      vocab: Object.fromEntries(tokens.flatMap((token, id) => (ids.has(id) ? [] : [[token, id]]))),
      merges: merges.map((merge) => merge.split(' ')),
    },
  }
}

function tokenizerConfig(summary: GgufSummary): Record<string, unknown> {
  const { tokens, bosId = 0, eosId = 0 } = summary.tokenizer
  return {
    ...{ tokenizer_class: 'PreTrainedTokenizerFast', chat_template: summary.chatTemplate, model_max_length: summary.contextLength },
    ...{ bos_token: null, eos_token: tokens[eosId], pad_token: tokens[bosId], clean_up_tokenization_spaces: false },
  }
}

async function writeWeights(gguf: GgufFile, file: string): Promise<void> {
  const header: Record<string, unknown> = { __metadata__: { format: 'pt' } }
  let end = 0
  for (const { name, type, shape } of gguf.tensors) {
    if (type !== 'F16' && type !== 'F32') throw new Error(`${name} is ${type}`)
    const bytes = byteLength(
      type,
      shape.reduce((product, length) => product * length, 1),
    )
    header[hfName(name)] = { dtype: type, shape: [...shape].reverse(), data_offsets: [end, (end += bytes)] }
  }
  const text = Buffer.from(JSON.stringify(header))
  const handle = await open(file, 'w')
  await handle.write(new Uint8Array(BigUint64Array.of(BigInt(text.length)).buffer))
  await handle.write(text)
  for (const tensor of gguf.tensors) await handle.write(await gguf.readTensor(tensor))
  await handle.close()
}

function hfName(name: string): string {
  if (name === 'token_embd.weight') return 'model.embed_tokens.weight'
  if (name === 'output_norm.weight') return 'model.norm.weight'
  const [, layer = '', part = ''] = /^blk\.(\d+)\.(.+)\.weight$/.exec(name) ?? []
  const known = layerNames[part]
  if (known === undefined) throw new Error(`${name} has no place in a Qwen3 of Hugging Face`)
  return `model.layers.${layer}.${known}.weight`
}
