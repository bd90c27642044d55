import { z } from 'zod'
import { windowPattern } from '../triggers/window.ts'
import { ProgramConfig } from './program.ts'
import { pythonTrainers, pythonTrainerSettings } from './python-trainer.ts'
import { RunnerConfig } from './runner.ts'
import { described, wholeNumber } from './schema-parts.ts'

export const TargetModule = z.enum(['attn_q', 'attn_k', 'attn_v', 'attn_output', 'ffn_gate', 'ffn_up', 'ffn_down'])

const TrainerCommand = ProgramConfig.omit({ timeoutSeconds: true }).extend({
  model: described(z.string().min(1).optional(), 'Folder with the base as the program needs it (Hugging Face); relative to the home.'),
  environment: described(
    z.array(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*\*?$/)).default([]),
    'Names of environment variables that it may see beside the usual ones; a "*" at the end stands for any ending.',
  ),
})

const isPython = (kind: string): boolean => pythonTrainers.some((name) => name === kind)
const isAbsoluteOrNone = (file: string | undefined): boolean => file === undefined || file.startsWith('/')

/** The peak learning rate where none is set, for the engine and programs of the user's. */
export const usualLearningRate = 2e-4

export const TrainerConfig = z
  .strictObject({
    kind: described(
      z.enum(['engine', 'command', ...pythonTrainers]).default('engine'),
      'What trains: the embedded engine, MLX-LM, TRL, LLaMA-Factory, or a program of yours.',
    ),
    command: described(TrainerCommand.optional(), 'The program that trains, for kind "command".'),
    ...pythonTrainerSettings,
    rank: described(wholeNumber(1, 512).default(16), 'LoRA rank: how much the adapter can hold; 8 to 64 are usual.'),
    alpha: described(z.number().positive().max(4096).default(32), 'LoRA alpha; the adapter is scaled by alpha / rank.'),
    targetModules: described(
      z.array(TargetModule).min(1).default(['attn_q', 'attn_v', 'attn_output', 'ffn_down']),
      'Base tensors that get an adapter.',
    ),
    learningRate: described(
      z.number().positive().max(1).optional(),
      'Peak learning rate; left out, 0.0002, or by the size of the model where that is a Hugging Face folder.',
    ),
    minimumLearningRate: described(z.number().positive().max(1).default(1e-5), 'Learning rate at the end of the cosine schedule; above 0.'),
    epochs: described(
      z.number().positive().max(100).optional(),
      'Passes over the training set; may be a fraction. Left out, 2, or up to 5 for few examples on a Hugging Face folder.',
    ),
    contextLength: described(
      wholeNumber(64, 32768).optional(),
      'Tokens of a training step; an example that is longer is left out. Left out itself, 256, or 1024 on a Hugging Face folder.',
    ),
    loraScale: described(
      z.union([z.number().positive().max(1), z.literal('auto')]).default(1),
      'Factor on the adapter when it is merged; below 1 it gives back some of what was forgotten. "auto" tries five on questions set aside.',
    ),
    checkpoints: described(
      wholeNumber(1, 4).default(1),
      'Ends of passes whose adapters are tried on questions set aside; 1 takes the last one untried.',
    ),
    seed: described(
      wholeNumber(0, 2147483647).default(42),
      'Seed of everything random in this section; the same seed and input give the same result.',
    ),
    window: described(
      z.string().regex(windowPattern).optional(),
      'Hours in which training may run, like "01:00-06:00"; it stops at a checkpoint at their end and goes on the next time.',
    ),
    nice: described(
      wholeNumber(0, 19).default(0),
      'How much a training gives way to other programs of this machine, as nice(1) counts it.',
    ),
    lock: described(
      z.union([z.string().min(1), z.literal(false)]).optional(),
      'File whose lock a training holds, so that one runs at a time; left out, all homes with the same engine share one. Relative to the home.',
    ),
    timeLimitHours: described(z.number().positive().max(720).default(24), 'A training that takes longer is stopped and fails.'),
    runner: described(RunnerConfig.prefault({}), 'Where the training program runs.'),
  })
  .refine((trainer) => trainer.minimumLearningRate <= (trainer.learningRate ?? usualLearningRate), {
    path: ['minimumLearningRate'],
    error: 'a number up to trainer.learningRate',
  })
  .refine(({ kind, command }) => kind !== 'command' || command !== undefined, { path: ['command'], error: '{"program": FILE}' })
  .refine(({ kind, runner }) => kind !== 'engine' || runner.kind === 'local', {
    path: ['runner', 'kind'],
    error: '"local"; the embedded engine trains on this machine only',
  })
  .refine(({ runner, command }) => runner.kind === 'local' || [command?.program, command?.model].every(isAbsoluteOrNone), {
    path: ['command'],
    error: 'absolute paths of the machine where the program runs',
  })
  .refine(({ kind, runner, python }) => !isPython(kind) || runner.kind === 'local' || python?.startsWith('/'), {
    path: ['python'],
    error: 'the absolute path of a Python on the machine where it runs, in an environment that has the trainer',
  })
  .refine(({ kind, runner }) => runner.model === undefined || (isPython(kind) && runner.kind !== 'local'), {
    path: ['runner', 'model'],
    error: 'nothing; it is for Python trainers on another machine',
  })
  .refine(({ kind, model }) => !isPython(kind) || model !== undefined, {
    path: ['model'],
    error: 'the folder with the base as Hugging Face has it',
  })
  .refine(({ kind, method }) => kind !== 'mlx' || method !== 'dpo', { path: ['method'], error: '"sft", or another kind of trainer' })
