import path from 'node:path'
import { z } from 'zod'
import { ChatMessage } from '../learnings/learning.ts'
import { nextAttempt } from './attempts.ts'
import { asLines } from './dataset-rows.ts'
import type { DatasetRows } from './dataset-rows.ts'
import type { Reported } from './program-output.ts'
import type { PythonProgram } from './python-recipe.ts'
import type { TrainingPlan } from './training-plan.ts'
import { trlConfig } from './trl-config.ts'
import { trlKeys } from './trl-keys.ts'

/** Training with TRL's "trl sft" and "trl dpo". */
export const trlProgram: PythonProgram = {
  name: 'trl',
  keys: trlKeys,
  prepare: ({ plan, rows, paths, kept, extra, onProcessor }) => {
    const attempt = nextAttempt(kept, checkpointStep)
    const checkpoint = attempt.checkpoint === null ? null : `${paths.output}/${path.posix.dirname(attempt.checkpoint)}`
    const places = { model: paths.model, data: `${paths.dataset}/trl/rows.jsonl`, output: `${paths.output}/${attempt.folder}`, checkpoint }
    return {
      args: ['-m', `trl.scripts.${plan.method}`, '--config', `${paths.dataset}/trl.json`],
      // Its caches go with the job.
      set: { HF_DATASETS_OFFLINE: '1', HF_HOME: `${paths.dataset}/cache`, HF_DATASETS_CACHE: `${paths.dataset}/cache/datasets` },
      files: {
        'trl.json': `${JSON.stringify({ ...trlConfig(plan, places, onProcessor), ...extra }, null, 2)}\n`,
        'trl/rows.jsonl': asLines(rowsFor(plan, rows)),
      },
      attempt,
    }
  },
  read: readTrainerLine,
}

/** A checkpoint's folder is whole once its trainer_state.json is there, which is written last; its number counts from the very beginning. */
const checkpointStep = (file: string): number | null => {
  const step = /^checkpoint-(\d+)\/trainer_state\.json$/.exec(file)?.[1]
  return step === undefined ? null : Number(step)
}

const Row = z.object({ messages: z.array(ChatMessage).min(2) })
const Pair = z.object({ prompt: z.array(ChatMessage), chosen: z.array(ChatMessage), rejected: z.array(ChatMessage) })

/** Rows in the shape by which TRL knows what counts in the loss. */
function rowsFor({ method, answersOnly }: TrainingPlan, { train, preferences }: DatasetRows): string[] {
  if (method === 'dpo') return preferences.map((line) => JSON.stringify(Pair.parse(JSON.parse(line))))
  const conversations = train.map((line) => Row.parse(JSON.parse(line)).messages)
  if (!answersOnly) return conversations.map((messages) => JSON.stringify({ messages }))
  return conversations.map((messages) => JSON.stringify({ prompt: messages.slice(0, -1), completion: messages.slice(-1) }))
}

/** What the Trainer of transformers logs after each step: {'loss': '11.39', 'grad_norm': ..., 'epoch': '0.33'}. */
export function readTrainerLine(line: string): Reported {
  const loss = /^\s*\{'loss': '?(-?[\d.]+(?:e[-+]?\d+)?|nan|inf)'?,/i.exec(line)?.[1]
  if (loss === undefined) return {}
  return { another: true, ...(Number.isFinite(Number(loss)) ? { loss: Number(loss) } : {}) }
}
