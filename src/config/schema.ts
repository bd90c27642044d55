import { z } from 'zod'
import { patternProblem } from '../evaluation/regex-grader.ts'
import { modelNamePattern, ollamaHost, withTag } from '../ollama/host.ts'
import { GuardConfig } from './guard.ts'
import { HooksConfig } from './hooks.ts'
import { ProgramConfig } from './program.ts'
import { pythonTrainers, pythonTrainerSettings } from './python-trainer.ts'
import { RetentionConfig } from './retention.ts'
import { RunnerConfig } from './runner.ts'
import { ServerConfig } from './server.ts'
import { windowPattern } from '../triggers/window.ts'

const share = z.number().min(0).max(1)
const positiveInteger = z.int().min(1)
const ollamaModel = z
  .string()
  .min(1)
  .refine((name) => modelNamePattern.test(name), { error: 'the name of an Ollama model, like "qwen3:0.6b"' })

const hostName = z.string().regex(/^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$|^\[[0-9A-Fa-f:]+\]$/)
const portNumber = z.int().min(1).max(65535)
const propertyName = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,230}$/)

export const BaseConfig = z
  .strictObject({
    gguf: z.string().min(1).optional().describe('Path of the base model, a GGUF file; relative to the home.'),
    ollama: ollamaModel.optional().describe('Instead of a file: a model of the Ollama server whose file this machine can read.'),
  })
  .refine(({ gguf, ollama }) => (gguf === undefined) !== (ollama === undefined), { error: 'either {"gguf": FILE} or {"ollama": MODEL}' })
  .meta({ oneOf: [{ required: ['gguf'] }, { required: ['ollama'] }] })

export const CorpusConfig = z
  .strictObject({
    kind: z
      .enum(['jsonl', 'weaviate'])
      .default('jsonl')
      .describe('Where trusted older examples come from: a file, or a Weaviate collection.'),
    path: z
      .string()
      .min(1)
      .default('data/corpus.jsonl')
      .describe('JSONL file of {"input","output","category"?}; need not exist. Relative to the home.'),
    host: hostName.default('127.0.0.1').describe('Where Weaviate is; for kind "weaviate".'),
    port: portNumber.default(8080).describe('HTTP port of Weaviate.'),
    grpcPort: portNumber.default(50051).describe('gRPC port of Weaviate.'),
    secure: z.boolean().default(false).describe('Whether Weaviate is spoken to over TLS, on both ports.'),
    collection: z
      .string()
      .regex(/^[A-Z][A-Za-z0-9_]{0,254}$/)
      .default('GenesisCorpus')
      .describe('The collection of Weaviate that holds the examples.'),
    tenant: z
      .string()
      .regex(/^[A-Za-z0-9_-]{1,64}$/)
      .optional()
      .describe('The tenant, in a collection that has tenants.'),
    fields: z
      .strictObject({
        input: propertyName.default('prompt').describe('Property with what was asked.'),
        output: propertyName.default('answer').describe('Property with the answer.'),
        category: propertyName.default('category').describe('Property with the category; need not exist.'),
      })
      .prefault({})
      .describe('Which properties of an object in that collection hold what.'),
    writeBack: z
      .boolean()
      .default(false)
      .describe('Whether what a deployed model has learned is written into the collection, to be replayed later; for kind "weaviate".'),
  })
  .refine(({ kind, writeBack }) => kind === 'weaviate' || !writeBack, {
    path: ['writeBack'],
    error: 'false, unless the kind is "weaviate"',
  })

export const TargetModule = z.enum(['attn_q', 'attn_k', 'attn_v', 'attn_output', 'ffn_gate', 'ffn_up', 'ffn_down'])

const TrainerCommand = ProgramConfig.omit({ timeoutSeconds: true }).extend({
  model: z.string().min(1).optional().describe('Folder with the base as the program needs it (Hugging Face); relative to the home.'),
  environment: z
    .array(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*\*?$/))
    .default([])
    .describe('Names of environment variables that it may see beside the usual ones; a "*" at the end stands for any ending.'),
})

const isAbsoluteOrNone = (file: string | undefined): boolean => file === undefined || file.startsWith('/')

export const TrainerConfig = z
  .strictObject({
    kind: z
      .enum(['engine', 'command', ...pythonTrainers])
      .default('engine')
      .describe('What trains: the embedded engine, MLX-LM, TRL, or a program of yours.'),
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
  .refine((trainer) => trainer.minimumLearningRate <= (trainer.learningRate ?? 2e-4), {
    path: ['minimumLearningRate'],
    error: 'a number up to trainer.learningRate',
  })
  .refine(({ kind, command }) => kind !== 'command' || command !== undefined, { path: ['command'], error: '{"program": FILE}' })
  .refine(({ kind, runner }) => kind === 'command' || runner.kind === 'local', {
    path: ['runner', 'kind'],
    error: '"local"; only a trainer of the kind "command" runs elsewhere',
  })
  .refine(({ runner, command }) => runner.kind === 'local' || [command?.program, command?.model].every(isAbsoluteOrNone), {
    path: ['command'],
    error: 'absolute paths of the machine where the program runs',
  })
  .refine(({ kind, model }) => kind === 'engine' || kind === 'command' || model !== undefined, {
    path: ['model'],
    error: 'the folder with the base as Hugging Face has it',
  })
  .refine(({ kind, method }) => kind !== 'mlx' || method !== 'dpo', { path: ['method'], error: '"sft", or another kind of trainer' })

export const RuntimeConfig = z
  .strictObject({
    kind: z
      .enum(['engine', 'ollama'])
      .optional()
      .describe('What generates answers for evaluation; left out, what serves them: "ollama" where serving.kind is that, else "engine".'),
    maxTokens: z.int().min(1).max(8192).default(256).describe('Tokens generated at most for an answer.'),
    contextLength: z.int().min(64).max(131072).default(1024).describe('Tokens of context of each request, prompt and answer together.'),
    parallel: z.int().min(1).max(64).default(8).describe('Requests answered at the same time.'),
  })
  .refine((runtime) => runtime.maxTokens < runtime.contextLength, {
    path: ['maxTokens'],
    error: 'a whole number below runtime.contextLength',
  })

export const ServingConfig = z.strictObject({
  kind: z
    .enum(['directory', 'ollama'])
    .default('directory')
    .describe('Where releases go: "directory", data/models with an atomic "current" link, or "ollama", models of an Ollama server.'),
  host: z
    .string()
    .min(1)
    .refine((host) => ollamaHost(host) !== undefined, { error: 'an address like "http://127.0.0.1:11434", without credentials' })
    .default('http://127.0.0.1:11434')
    .describe('Where Ollama listens; for serving.kind "ollama" and base.ollama.'),
  name: ollamaModel.default('genesis').describe('The name under which Ollama answers with the current release.'),
  keep: z.int().min(2).max(100).default(3).describe('Releases whose weights are kept; records are kept for ever.'),
})

export const TriggersConfig = z.strictObject({
  learnings: positiveInteger.max(1e9).default(100).describe('Waiting usable learnings that start a cycle.'),
  days: z.number().positive().max(36500).default(62).describe('Days since the last training that start a cycle.'),
  accuracy: z.number().gt(0).lt(1).default(0.9).describe('Observed accuracy under which a cycle starts.'),
  intervalMinutes: z.number().positive().max(525600).default(60).describe('Minutes between looks of a continuous "check".'),
})

export const GateConfig = z.strictObject({
  approval: z
    .enum(['auto', 'manual'])
    .default('auto')
    .describe('Whether what the gate lets through is deployed at once, or waits for "approve" or "reject".'),
  probation: z
    .enum(['rollback', 'warn', 'off'])
    .default('rollback')
    .describe('What happens when a deployed release fails more often in the field than the one before.'),
  graders: z
    .record(z.string().regex(/^[a-z][a-z0-9-]{0,40}$/), ProgramConfig)
    .default({})
    .describe('Programs of your own that score answers, by the name under which items call them.'),
  minimumGain: share.default(0.01).describe('Estimated gain in live accuracy that must be exceeded.'),
  margin: z
    .number()
    .gt(0)
    .max(1)
    .default(0.05)
    .describe('Loss on retention and on regression items that must be excluded (non-inferiority margin).'),
  failureShare: z
    .number()
    .gt(0)
    .lt(1)
    .optional()
    .describe('Share of requests the model fails on, when you know it; otherwise from outcomes.'),
})

/** How items that are made from learnings are graded: no pattern and no schema, since their answers are answers. */
const ItemGrader = z.union([
  z.enum(['exact', 'contains', 'numeric', 'json', 'similarity']),
  z.strictObject({ kind: z.literal('command'), name: z.string().min(1) }),
])

const RedactionPattern = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z][a-z0-9-]{0,30}$/)
    .describe('Stands in the placeholder: "customer" gives <customer-1>.'),
  pattern: z
    .string()
    .min(1)
    .refine((pattern) => patternProblem(pattern) === undefined, { error: 'a valid JavaScript pattern of at most 1000 characters' })
    .describe('What is private, a JavaScript regular expression without flags.'),
})

export const DatasetConfig = z.strictObject({
  maxLearnings: positiveInteger.max(1e7).default(20000).describe('Learnings trained on at most, newest first.'),
  replay: z.number().min(0).max(100).default(1).describe('Corpus examples mixed in for each learning.'),
  maxReplay: z.int().min(0).max(1e7).default(20000).describe('Corpus examples mixed in at most.'),
  validationShare: z.number().min(0).max(0.5).default(0.05).describe('Share of the examples set aside as valid.jsonl.'),
  conflicts: z
    .enum(['newest', 'oldest', 'drop'])
    .default('newest')
    .describe('Of different corrections of one question: the newest or the oldest stands, or all are left out.'),
  redaction: z
    .enum(['replace', 'refuse', 'off'])
    .default('replace')
    .describe('What happens to private data: placeholders take its place, or learnings that hold some are not used, or nothing.'),
  redactionPatterns: z
    .array(RedactionPattern)
    .max(50)
    .default([])
    .describe('What else is private: [{"name":"customer","pattern":"C-[0-9]{6}"}], JavaScript patterns.'),
  graders: z
    .record(z.string().min(1), ItemGrader)
    .default({})
    .describe('How held-out corrections and accepted answers are graded, by category; "*" for all others. See "Your own items".'),
  retentionTarget: z.int().min(0).max(10000).default(200).describe('Retention items aimed at; the packaged set fills up to it.'),
  seed: z
    .int()
    .min(0)
    .max(2147483647)
    .default(42)
    .describe('Seed of everything random in this section; the same seed and input give the same result.'),
})

/** genesis-improve.config.json; every key may be left out. */
export const Config = z
  .strictObject({
    $schema: z.string().optional().describe('Where an editor finds the JSON Schema of this file.'),
    base: BaseConfig.optional(),
    corpus: CorpusConfig.prefault({}),
    trainer: TrainerConfig.prefault({}),
    runtime: RuntimeConfig.prefault({}),
    serving: ServingConfig.prefault({}),
    triggers: TriggersConfig.prefault({}),
    gate: GateConfig.prefault({}),
    dataset: DatasetConfig.prefault({}),
    guard: GuardConfig.prefault({}),
    server: ServerConfig.prefault({}),
    hooks: HooksConfig.prefault({}),
    retention: RetentionConfig.prefault({}),
  })
  .refine(({ base, serving }) => base?.ollama === undefined || withTag(base.ollama) !== withTag(serving.name), {
    path: ['serving', 'name'],
    error: 'another name than that of the base, which a release must not replace',
  })
  .refine(
    ({ dataset, gate }) =>
      Object.values(dataset.graders).every((grader) => typeof grader === 'string' || Object.hasOwn(gate.graders, grader.name)),
    {
      path: ['dataset', 'graders'],
      error: 'commands by names that stand under gate.graders',
    },
  )
  .refine(({ runtime, serving }) => runtime.kind === undefined || (runtime.kind === 'ollama') === (serving.kind === 'ollama'), {
    path: ['runtime', 'kind'],
    error: 'what serves the releases: "ollama" with serving.kind "ollama", "engine" with "directory"',
  })
export type Config = z.infer<typeof Config>
