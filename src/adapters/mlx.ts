import path from 'node:path'
import { z } from 'zod'
import { GenesisError } from '../errors.ts'
import type { ForeignAdapter } from './foreign-adapter.ts'
import { pairHalves } from './halves.ts'
import type { NamedHalf } from './halves.ts'
import { openSafetensors } from './safetensors.ts'

/** What matters in the adapter_config.json of MLX-LM (mlx_lm/tuner/utils.py). It is written before training begins, so it proves nothing by itself. */
const MlxConfig = z.looseObject({
  fine_tune_type: z.string().default('lora'),
  lora_parameters: z.looseObject({ rank: z.int().positive(), scale: z.number(), alpha: z.number().optional() }),
})

/**
 * Opens the adapter in a directory that MLX-LM's training wrote; `config` is its adapter_config.json.
 * Throws GI-ADAPTER-UNREADABLE, GI-ADAPTER-UNSUPPORTED, GI-ADAPTER-INVALID and GI-SAFETENSORS-INVALID.
 */
export async function openMlx(directory: string, config: unknown): Promise<ForeignAdapter> {
  const parsed = MlxConfig.safeParse(config)
  if (!parsed.success)
    throw new GenesisError('GI-ADAPTER-UNREADABLE', { why: `adapter_config.json of ${directory}: ${z.prettifyError(parsed.error)}` })
  const { fine_tune_type: kind, lora_parameters: parameters } = parsed.data
  if (kind !== 'lora') throw new GenesisError('GI-ADAPTER-UNSUPPORTED', { why: `fine_tune_type is ${kind}, not lora` })
  if (parameters.alpha !== undefined) throw ambiguousScale()
  if (!Number.isFinite(parameters.scale) || parameters.scale === 0)
    throw new GenesisError('GI-ADAPTER-INVALID', { why: `its scale is ${parameters.scale}` })
  const file = await openSafetensors(path.join(directory, 'adapters.safetensors'))
  try {
    const pairs = pairHalves(file, nameHalf, (module, rank) => {
      if (rank === parameters.rank) return parameters.scale
      const why = `${module} has rank ${rank}, adapter_config.json says ${parameters.rank}: are both files of the same training?`
      throw new GenesisError('GI-ADAPTER-INVALID', { why })
    })
    return { kind: 'mlx', pairs, close: () => file.close() }
  } catch (error) {
    await file.close()
    throw error
  }
}

/** Stored are a (in, rank) and b (rank, out), whose product is a b; for an embedding a is (vocabulary, rank), which is as GGUF wants it. */
function nameHalf(name: string): NamedHalf | undefined {
  const [, module, side] = /^(.+)\.lora_([ab])$/.exec(name) ?? []
  if (module === undefined) return undefined
  const isEmbedding = /(^|\.)embed_tokens$/.test(module)
  return { module, half: side === 'a' ? 'a' : 'b', isEmbedding, transposed: !(isEmbedding && side === 'a') }
}

function ambiguousScale(): GenesisError {
  return new GenesisError('GI-ADAPTER-UNSUPPORTED', {
    why: 'lora_parameters has an alpha, by which early versions of MLX-LM multiplied (scale x alpha / rank) and later ones did not',
    remedy: 'Set "scale" in adapter_config.json to the number that was really used, and take "alpha" out.',
  })
}
