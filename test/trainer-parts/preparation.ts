import type { DatasetRows } from '../../src/trainers/dataset-rows.ts'
import type { Preparation } from '../../src/trainers/python-recipe.ts'
import type { TrainingPlan } from '../../src/trainers/training-plan.ts'

/** What the starts in these tests are made from: settings that are all different, and a row of each kind. */
export const plan: TrainingPlan = {
  ...{ rank: 8, alpha: 16, modules: ['self_attn.q_proj', 'mlp.down_proj'], learningRate: 0.004, minimumLearningRate: 0.001 },
  ...{ method: 'sft', schedule: 'cosine', answersOnly: true, batchSize: 2, accumulation: 3, steps: 40, contextLength: 512, seed: 7 },
}

export const user = (content: string) => ({ role: 'user' as const, content })
export const assistant = (content: string) => ({ role: 'assistant' as const, content })

export const rows: DatasetRows = {
  train: [{ messages: [user('a'), assistant('b')] }],
  valid: [],
  preferences: [{ prompt: [user('a')], chosen: [assistant('b')], rejected: [assistant('c')] }],
}

export function preparation(more: Partial<TrainingPlan> = {}, others: Partial<Preparation> = {}): Preparation {
  return {
    ...{ plan: { ...plan, ...more }, rows, kept: [], extra: {}, onProcessor: true },
    paths: { dataset: '/job/dataset', output: '/job/output', base: '/base.gguf', model: '/models/hf' },
    textOf: (messages) => ({ prompt: `[${messages[0]?.content}]`, answer: `<${messages.at(-1)?.content}>` }),
    ...others,
  }
}
