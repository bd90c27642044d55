import type { Config } from '../config/schema.ts'
import type { TrainingSettings } from './port.ts'
import { sizedSettings } from './sizing.ts'
import type { TrainingSize } from './sizing.ts'

/** One set of settings for every program that trains on a Hugging Face folder. */
export interface TrainingPlan extends Omit<TrainingSettings, 'epochs' | 'targetModules'> {
  /** Linear layers that get an adapter, as Hugging Face names them inside a block: "self_attn.q_proj". */
  modules: string[]
  method: 'sft' | 'dpo'
  schedule: 'cosine' | 'linear' | 'constant'
  /** Whether only answers count in the loss. */
  answersOnly: boolean
  batchSize: number
  /** Batches behind one step. */
  accumulation: number
  /** Changes of the weights, in all. */
  steps: number
}

type PlannedFrom = Pick<
  Config['trainer'],
  'learningRate' | 'epochs' | 'contextLength' | 'batchSize' | 'accumulation' | 'steps' | 'method' | 'schedule' | 'lossOn'
>

/** The plan by what is configured, and for the rest by the sizes. A batch never holds more than there is to train on. */
export function planTraining(configured: PlannedFrom, settings: TrainingSettings, size: TrainingSize): TrainingPlan {
  const sized = sizedSettings(size)
  const { rank, alpha, seed, targetModules } = settings
  const learningRate = configured.learningRate ?? sized.learningRate
  const batchSize = Math.max(1, Math.min(configured.batchSize ?? sized.batchSize, size.rows))
  const accumulation = configured.accumulation ?? sized.accumulation
  const epochs = configured.epochs ?? sized.epochs
  return {
    ...{ rank, alpha, seed, learningRate, batchSize, accumulation },
    minimumLearningRate: Math.min(settings.minimumLearningRate, learningRate),
    contextLength: configured.contextLength ?? sized.contextLength,
    modules: layerNamesOf(targetModules),
    method: configured.method ?? 'sft',
    schedule: configured.schedule ?? 'cosine',
    answersOnly: (configured.lossOn ?? 'answers') === 'answers',
    steps: configured.steps ?? Math.max(1, Math.round((epochs * size.rows) / (batchSize * accumulation))),
  }
}

/** What Hugging Face calls these tensors of GGUF. */
export const layerNamesOf = (targetModules: readonly string[]): string[] => targetModules.map((name) => layerNames[name] ?? name)

/** Linear layers by the name of their tensor in GGUF. */
const layerNames: Readonly<Record<string, string>> = {
  attn_q: 'self_attn.q_proj',
  attn_k: 'self_attn.k_proj',
  attn_v: 'self_attn.v_proj',
  attn_output: 'self_attn.o_proj',
  ffn_gate: 'mlp.gate_proj',
  ffn_up: 'mlp.up_proj',
  ffn_down: 'mlp.down_proj',
}
