import type { ModelFolder } from '../hugging-face/model-folder.ts'
import type { TrainingPlan } from './training-plan.ts'

/** Libraries, kernels, and what lies between blocks of memory. */
const fixedBytes = 1.5e9

/**
 * Bytes of graphics memory that a LoRA training takes at most, roughly: the weights at 2 bytes; the adapter with its gradient and two moments at 4
 * bytes each; for each token what the blocks keep for the way back (34 bytes for each hidden value, Korthikanti et al. 2022, table 2, without attention,
 * of one block, and 2 of all others, which are computed again); and the logits with their gradient at 4 bytes.
 */
export function trainingMemory(model: Pick<ModelFolder, 'tensors' | 'parameters'>, plan: TrainingPlan): number {
  const [vocabulary = 0, hidden = 0] = model.tensors.find(({ name }) => name.endsWith('embed_tokens.weight'))?.shape ?? []
  const layers = model.tensors.filter(({ name }) => name.endsWith('.input_layernorm.weight')).length
  const trained = model.tensors.filter(({ name }) => plan.modules.some((module) => name.endsWith(`.${module}.weight`)))
  const adapter = trained.reduce((sum, { shape: [rows = 0, columns = 0] }) => sum + plan.rank * (rows + columns), 0)
  // Preferences need both answers, and the model's own probabilities of them.
  const tokens = plan.batchSize * plan.contextLength * (plan.method === 'dpo' ? 2 : 1)
  const perToken = hidden * (34 + 2 * layers) + vocabulary * (plan.method === 'dpo' ? 12 : 8)
  return fixedBytes + 2 * model.parameters + 16 * adapter + tokens * perToken
}
