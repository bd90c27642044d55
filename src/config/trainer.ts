import { z } from 'zod'
import { windowPattern } from '../triggers/window.ts'
import { ProgramConfig } from './program.ts'
import { pythonTrainers, pythonTrainerSettings } from './python-trainer.ts'
import { RunnerConfig } from './runner.ts'

export const TargetModule = z.enum(['attn_q', 'attn_k', 'attn_v', 'attn_output', 'ffn_gate', 'ffn_up', 'ffn_down'])

const TrainerCommand = ProgramConfig.omit({ timeoutSeconds: true }).extend({
  model: z.string().min(1).optional().describe('Folder with the base as the program needs it (Hugging Face); relative to the home.'),
  environment: z
    .array(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*\*?$/))
    .default([])
    .describe('Names of environment variables that it may see beside the usual ones; a "*" at the end stands for any ending.'),
})

const isPython = (kind: string): boolean => pythonTrainers.some((name) => name === kind)
const isAbsoluteOrNone = (file: string | undefined): boolean => file === undefined || file.startsWith('/')

/** The peak learning rate where none is set, for the engine and programs of the user's. */
export const usualLearningRate = 2e-4

export const TrainerConfig = z
  .strictObject({
    kind: z
      .enum(['engine', 'command', ...pythonTrainers])
      .default('engine')
      .describe('What trains: the embedded engine, MLX-LM, TRL, LLaMA-Factory, or a program of yours.'),
    command: TrainerCommand.optional().describe('The program that trains, for kind "command".'),
    ...pythonTrainerSettings,
    rank: z.int().min(1).max(512).default(16).describe('LoRA rank: how much the adapter can hold; 8 to 64 are usual.'),
    alpha: z.number().positive().max(4096).default(32).describe('LoRA alpha; the adapter is scaled by alpha / rank.'),
    targetModules: z
      .array(TargetModule)
      .min(1)
      .default(['attn_q', 'attn_v', 'attn_output', 'ffn_down'])
      .describe('Base tensors that get an adapter.'),
    learningRate: z
      .number()
      .positive()
      .max(1)
      .optional()
      .describe('Peak learning rate; left out, 0.0002, or by the size of the model where that is a Hugging Face folder.'),
    minimumLearningRate: z.number().positive().max(1).default(1e-5).describe('Learning rate at the end of the cosine schedule; above 0.'),
    epochs: z
      .number()
      .positive()
      .max(100)
      .optional()
      .describe('Passes over the training set; may be a fraction. Left out, 2, or up to 5 for few examples on a Hugging Face folder.'),
    contextLength: z
      .int()
      .min(64)
      .max(32768)
      .optional()
      .describe(
        'Tokens of a training step; an example that is longer is left out. Left out itself, 256, or 1024 on a Hugging Face folder.',
      ),
    loraScale: z
      .union([z.number().positive().max(1), z.literal('auto')])
      .default(1)
      .describe(
        'Factor on the adapter when it is merged; below 1 it gives back some of what was forgotten. "auto" tries five on questions set aside.',
      ),
    checkpoints: z
      .int()
      .min(1)
      .max(4)
      .default(1)
      .describe('Ends of passes whose adapters are tried on questions set aside; 1 takes the last one untried.'),
    seed: z
      .int()
      .min(0)
      .max(2147483647)
      .default(42)
      .describe('Seed of everything random in this section; the same seed and input give the same result.'),
    window: z
      .string()
      .regex(windowPattern)
      .optional()
      .describe('Hours in which training may run, like "01:00-06:00"; it stops at a checkpoint at their end and goes on the next time.'),
    nice: z
      .int()
      .min(0)
      .max(19)
      .default(0)
      .describe('How much a training gives way to other programs of this machine, as nice(1) counts it.'),
    lock: z
      .union([z.string().min(1), z.literal(false)])
      .optional()
      .describe(
        'File whose lock a training holds, so that one runs at a time; left out, all homes with the same engine share one. Relative to the home.',
      ),
    timeLimitHours: z.number().positive().max(720).default(24).describe('A training that takes longer is stopped and fails.'),
    runner: RunnerConfig.prefault({}).describe('Where the training program runs.'),
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
