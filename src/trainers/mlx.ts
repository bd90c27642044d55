import { stripVTControlCharacters } from 'node:util'
import { asLines, filledUp } from './dataset-rows.ts'
import { nextAttempt } from './attempts.ts'
import type { KnownKeys } from './known-keys.ts'
import { mlxConfig } from './mlx-config.ts'
import type { PythonProgram } from './python-recipe.ts'
import type { Reported } from './program-output.ts'

/** Of mlx_lm/lora.py, CONFIG_DEFAULTS: MLX-LM itself takes an unknown one without a word. */
const keys: KnownKeys = {
  open: ['optimizer', 'optimizer_config', 'grad_checkpoint', 'clear_cache_threshold', 'num_layers', 'trust_remote_code'],
  ours: {
    ...{ model: 'model', seed: 'seed', batch_size: 'batchSize', iters: 'steps', learning_rate: 'learningRate', lr_schedule: 'schedule' },
    ...{ max_seq_length: 'contextLength', grad_accumulation_steps: 'accumulation', lora_parameters: 'rank', mask_prompt: 'lossOn' },
    ...{ train: null, test: null, test_batches: null, data: null, hf_dataset: null, fine_tune_type: null, adapter_path: null },
    ...{ resume_adapter_file: null, config: null, save_every: null, val_batches: null, steps_per_eval: null, steps_per_report: null },
    ...{ report_to: null, project_name: null },
  },
}

/** Training with MLX-LM's "mlx_lm lora". */
export const mlxProgram: PythonProgram = {
  ...{ name: 'mlx', keys: () => keys, fillsCards: false, takesText: false },
  prepare: ({ plan, rows, paths, kept, extra }) => {
    const attempt = nextAttempt(kept, checkpointStep(plan.accumulation))
    const [data, config] = [`${paths.dataset}/mlx`, `${paths.dataset}/mlx.json`]
    const adapter = `${paths.output}/${attempt.folder}`
    const resume = attempt.checkpoint === null ? null : { done: attempt.done, file: `${paths.output}/${attempt.checkpoint}` }
    const settings = { ...mlxConfig(plan, { model: paths.model, data, adapter }, resume), ...extra }
    return {
      args: ['-m', 'mlx_lm', 'lora', '--config', config],
      set: {},
      files: {
        'mlx.json': `${JSON.stringify(settings, null, 2)}\n`,
        'mlx/train.jsonl': asLines(filledUp(rows.train, plan.batchSize)),
        // It fails on a validation set that is smaller than a batch.
        ...(rows.valid.length < plan.batchSize ? {} : { 'mlx/valid.jsonl': asLines(rows.valid) }),
      },
      attempt,
    }
  },
  read: readMlxLine,
}

/** Checkpoints are numbered by the batches of their attempt. */
const checkpointStep =
  (accumulation: number) =>
  (file: string, before: number): number | null => {
    const batches = /^(\d{7,})_adapters\.safetensors$/.exec(file)?.[1]
    return batches === undefined ? null : before + Number(batches) / accumulation
  }

/** A row of its table, "  20    5.043 ▼      988      0.8k", or what earlier versions print, "Iter 20: Train loss 5.043, ...". */
// The arrows are escaped: the built program is read as Latin-1, and a pattern is not escaped by the bundler.
export function readMlxLine(line: string): Reported {
  const plain = stripVTControlCharacters(line)
  const row = /^\s*(\d+)\s+(-?\d+\.\d+|nan|inf)\s+[\u25bc\u25b2]/.exec(plain) ?? /^Iter (\d+): Train loss (-?\d+\.\d+|nan|inf)/.exec(plain)
  if (row === null) return {}
  const loss = Number(row[2])
  return { step: Number(row[1]), ...(Number.isFinite(loss) ? { loss } : {}) }
}
