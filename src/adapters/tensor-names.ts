/** Linear layers of a transformer block as Hugging Face and MLX name them, and their tensors in GGUF (gguf-py, tensor_mapping.py). */
const layerTensors: Readonly<Record<string, string>> = {
  'self_attn.q_proj': 'attn_q',
  'self_attn.k_proj': 'attn_k',
  'self_attn.v_proj': 'attn_v',
  'self_attn.qkv_proj': 'attn_qkv',
  'self_attn.o_proj': 'attn_output',
  'mlp.gate_proj': 'ffn_gate',
  'mlp.up_proj': 'ffn_up',
  'mlp.gate_up_proj': 'ffn_up',
  'mlp.down_proj': 'ffn_down',
}

export const embeddingTensor = 'token_embd.weight'
export const outputTensor = 'output.weight'

/**
 * The base tensor that a trained module is, for example "blk.0.attn_q.weight" for "model.layers.0.self_attn.q_proj"; undefined for modules that
 * have none by this name. Wrappers of multimodal models (a `language_model.` in front of or behind `model.`) don't matter.
 */
export function baseTensorName(module: string): string | undefined {
  const inside = module.replace(/^(?:(?:model|language_model)\.)+/, '')
  if (inside === 'embed_tokens') return embeddingTensor
  if (inside === 'lm_head') return outputTensor
  const [, layer, part = ''] = /^layers\.(\d+)\.(.+)$/.exec(inside) ?? []
  const tensor = Object.hasOwn(layerTensors, part) ? layerTensors[part] : undefined
  return layer === undefined || tensor === undefined ? undefined : `blk.${Number(layer)}.${tensor}.weight`
}

/** Why modules can't be merged that have no base tensor of their own, where their name tells. */
export function whyNotMerged(module: string): string {
  if (/(^|\.)(vision|visual|multi_modal|mm_|audio|image|embed_vision|embed_audio)/.test(module))
    return 'it sees or hears; a GGUF base holds the language model'
  if (/(^|\.)(experts|switch_mlp|block_sparse_moe)(\.|$)/.test(module))
    return 'experts of a mixture are one tensor in GGUF, which an adapter of each cannot be added to'
  return 'no tensor of a GGUF base is known by that name'
}
