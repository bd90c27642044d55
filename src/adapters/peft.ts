import path from 'node:path'
import { z } from 'zod'
import { GenesisError } from '../errors.ts'
import { isFoundInTime } from '../evaluation/timed-pattern.ts'
import type { ForeignAdapter } from './foreign-adapter.ts'
import { pairHalves } from './halves.ts'
import type { NamedHalf } from './halves.ts'
import { openSafetensors } from './safetensors.ts'

const Pattern = z.record(z.string(), z.number()).nullish()

/** What matters in the adapter_config.json of PEFT's LoRA (peft/tuners/lora/config.py). */
const PeftConfig = z.looseObject({
  peft_type: z.string(),
  r: z.int().positive(),
  lora_alpha: z.number(),
  use_rslora: z.boolean().nullish(),
  rank_pattern: Pattern,
  alpha_pattern: Pattern,
  bias: z.string().nullish(),
  init_lora_weights: z.union([z.boolean(), z.string()]).nullish(),
})
type PeftConfig = z.infer<typeof PeftConfig>

/** Options that make an adapter something else than B A added to linear layers, and what they do. */
const refusedOptions: Readonly<Record<string, string>> = {
  use_dora: 'magnitudes are trained beside the directions (DoRA)',
  modules_to_save: 'whole modules were trained and saved',
  lora_bias: 'biases were trained',
  trainable_token_indices: 'rows of the token embedding were trained and saved whole',
  layer_replication: 'the trained model has more layers than its base',
  alora_invocation_tokens: 'it works only behind its invocation tokens (aLoRA)',
  use_qalora: 'inputs are pooled before they are multiplied (QA-LoRA)',
  target_parameters: 'parameters that are no linear layers were trained',
  use_bdlora: 'its matrices are block-diagonal (BD-LoRA)',
  kasa_config: 'the base was changed before training (KaSA)',
  monteclora_config: 'its weights are sampled (Monteclora)',
  arrow_config: 'adapters are chosen for each token (Arrow)',
}

/** Ways to begin that leave the base as it is. The others (pissa, olora, corda, loftq ...) take what they put into the adapter off the base. */
const harmlessBeginnings: readonly unknown[] = [undefined, null, true, false, 'gaussian', 'eva', 'orthogonal']

/**
 * Opens the adapter in a directory that PEFT's save_pretrained wrote; `config` is its adapter_config.json.
 * Throws GI-ADAPTER-UNREADABLE, GI-ADAPTER-UNSUPPORTED, GI-ADAPTER-INVALID and GI-SAFETENSORS-INVALID.
 */
export async function openPeft(directory: string, config: unknown): Promise<ForeignAdapter> {
  const parsed = PeftConfig.safeParse(config)
  if (!parsed.success)
    throw new GenesisError('GI-ADAPTER-UNREADABLE', { why: `adapter_config.json of ${directory}: ${z.prettifyError(parsed.error)}` })
  refuse(parsed.data)
  const file = await openSafetensors(path.join(directory, 'adapter_model.safetensors'))
  try {
    const pairs = pairHalves(file, nameHalf, (module, rank) => scaleOf(parsed.data, module, rank))
    return { kind: 'peft', pairs, close: () => file.close() }
  } catch (error) {
    await file.close()
    throw error
  }
}

function refuse(config: PeftConfig): void {
  const reasons = Object.entries(refusedOptions).flatMap(([option, why]) => (isSet(config[option]) ? [`${option}: ${why}`] : []))
  if (config.peft_type !== 'LORA') reasons.unshift(`peft_type: it is ${config.peft_type}, not LORA`)
  if ((config.bias ?? 'none') !== 'none') reasons.push('bias: biases were trained')
  if (!harmlessBeginnings.includes(config.init_lora_weights)) {
    const way = 'it belongs to a base that was changed before training; save it again with path_initial_model_for_weight_conversion'
    reasons.push(`init_lora_weights "${String(config.init_lora_weights)}": ${way}`)
  }
  if (reasons.length > 0) throw new GenesisError('GI-ADAPTER-UNSUPPORTED', { why: reasons.join('\n') })
}

const isSet = (value: unknown): boolean =>
  typeof value === 'object' && value !== null ? Object.keys(value).length > 0 : value !== undefined && value !== null && value !== false

/** `default`, or another name of an adapter, may stand inside; PEFT leaves it out when it saves. */
const linearHalf = /^base_model\.model\.(.+)\.lora_([AB])(?:\.(?!weight$)[^.]+)?\.weight$/
const embeddingHalf = /^base_model\.model\.(.+)\.lora_embedding_([AB])(?:\.[^.]+)?$/

function nameHalf(name: string): NamedHalf | 'skip' | undefined {
  // Beside a trained embedding PEFT saves the frozen base layer too.
  if (name.endsWith('.base_layer.weight')) return 'skip'
  const [, linear, linearSide] = linearHalf.exec(name) ?? []
  if (linear !== undefined) return { module: linear, half: linearSide === 'A' ? 'a' : 'b', isEmbedding: false, transposed: false }
  const [, embedding, side] = embeddingHalf.exec(name) ?? []
  if (embedding === undefined) return undefined
  // Stored are A (rank, vocabulary) and B (columns, rank); A's rows become columns (convert_lora_to_gguf.py).
  return { module: embedding, half: side === 'A' ? 'a' : 'b', isEmbedding: true, transposed: side === 'A' }
}

/** alpha / rank, or alpha / sqrt(rank) when it was trained with rsLoRA; both may be set for each module (peft/tuners/lora/layer.py, update_layer). */
function scaleOf(config: PeftConfig, module: string, rank: number): number {
  const expected = forModule(config.rank_pattern, module) ?? config.r
  if (rank !== expected)
    throw new GenesisError('GI-ADAPTER-INVALID', {
      why: `${module} has rank ${rank}, adapter_config.json says ${expected}: are both files of the same training?`,
    })
  const alpha = forModule(config.alpha_pattern, module) ?? config.lora_alpha
  if (!Number.isFinite(alpha) || alpha === 0) throw new GenesisError('GI-ADAPTER-INVALID', { why: `lora_alpha of ${module} is ${alpha}` })
  return config.use_rslora === true ? alpha / Math.sqrt(rank) : alpha / rank
}

/** The value of the first pattern that fits the module's whole path, or its last parts (peft/utils/other.py, get_pattern_key). */
function forModule(patterns: z.infer<typeof Pattern>, module: string): number | undefined {
  return Object.entries(patterns ?? {}).find(([pattern]) => fits(pattern, module))?.[1]
}

/** What PEFT itself writes, and what takes no time. */
const plainPattern = /^\^?(?:[\w.-]|\\\.)+\$?$/
const timeLimitMs = 200

function fits(pattern: string, module: string): boolean {
  const source = `^(?:.*\\.)?(?:${pattern})$`
  try {
    const expression = new RegExp(source)
    const found = plainPattern.test(pattern) ? expression.test(module) : isFoundInTime(source, '', module, timeLimitMs)
    if (found !== null) return found
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
  }
  throw new GenesisError('GI-ADAPTER-UNSUPPORTED', { why: `the pattern ${pattern} in adapter_config.json is not understood` })
}
