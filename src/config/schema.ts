import { z } from 'zod'
import { modelNamePattern, ollamaHost, withTag } from '../ollama/host.ts'
import { DatasetConfig } from './dataset.ts'
import { GuardConfig } from './guard.ts'
import { HooksConfig } from './hooks.ts'
import { ProgramConfig } from './program.ts'
import { RetentionConfig } from './retention.ts'
import { described, numberWithin, wholeNumber } from './schema-parts.ts'
import { ServerConfig } from './server.ts'
import { TrainerConfig } from './trainer.ts'

const share = numberWithin(0, 1)
const positiveInteger = z.int().min(1)
const ollamaModel = z
  .string()
  .min(1)
  .refine((name) => modelNamePattern.test(name), { error: 'the name of an Ollama model, like "qwen3:0.6b"' })

const hostName = z.string().regex(/^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$|^\[[0-9A-Fa-f:]+\]$/)
const portNumber = wholeNumber(1, 65535)
const propertyName = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,230}$/)

export const BaseConfig = z
  .strictObject({
    gguf: described(z.string().min(1).optional(), 'Path of the base model, a GGUF file; relative to the home.'),
    ollama: described(ollamaModel.optional(), 'Instead of a file: a model of the Ollama server whose file this machine can read.'),
  })
  .refine(({ gguf, ollama }) => (gguf === undefined) !== (ollama === undefined), { error: 'either {"gguf": FILE} or {"ollama": MODEL}' })
  .meta({ oneOf: [{ required: ['gguf'] }, { required: ['ollama'] }] })

export const CorpusConfig = z
  .strictObject({
    kind: described(
      z.enum(['jsonl', 'weaviate']).default('jsonl'),
      'Where trusted older examples come from: a file, or a Weaviate collection.',
    ),
    path: described(
      z.string().min(1).default('data/corpus.jsonl'),
      'JSONL file of {"input","output","category"?}; need not exist. Relative to the home.',
    ),
    host: described(hostName.default('127.0.0.1'), 'Where Weaviate is; for kind "weaviate".'),
    port: described(portNumber.default(8080), 'HTTP port of Weaviate.'),
    grpcPort: described(portNumber.default(50051), 'gRPC port of Weaviate.'),
    secure: described(z.boolean().default(false), 'Whether Weaviate is spoken to over TLS, on both ports.'),
    collection: described(
      z
        .string()
        .regex(/^[A-Z][A-Za-z0-9_]{0,254}$/)
        .default('GenesisCorpus'),
      'The collection of Weaviate that holds the examples.',
    ),
    tenant: described(
      z
        .string()
        .regex(/^[A-Za-z0-9_-]{1,64}$/)
        .optional(),
      'The tenant, in a collection that has tenants.',
    ),
    fields: described(
      z
        .strictObject({
          input: described(propertyName.default('prompt'), 'Property with what was asked.'),
          output: described(propertyName.default('answer'), 'Property with the answer.'),
          category: described(propertyName.default('category'), 'Property with the category; need not exist.'),
        })
        .prefault({}),
      'Which properties of an object in that collection hold what.',
    ),
    writeBack: described(
      z.boolean().default(false),
      'Whether what a deployed model has learned is written into the collection, to be replayed later; for kind "weaviate".',
    ),
  })
  .refine(({ kind, writeBack }) => kind === 'weaviate' || !writeBack, {
    path: ['writeBack'],
    error: 'false, unless the kind is "weaviate"',
  })

export const RuntimeConfig = z
  .strictObject({
    kind: described(
      z.enum(['engine', 'ollama']).optional(),
      'What generates answers for evaluation; left out, what serves them: "ollama" where serving.kind is that, else "engine".',
    ),
    maxTokens: described(wholeNumber(1, 8192).default(256), 'Tokens generated at most for an answer.'),
    contextLength: described(wholeNumber(64, 131072).default(1024), 'Tokens of context of each request, prompt and answer together.'),
    parallel: described(wholeNumber(1, 64).default(8), 'Requests answered at the same time.'),
  })
  .refine((runtime) => runtime.maxTokens < runtime.contextLength, {
    path: ['maxTokens'],
    error: 'a whole number below runtime.contextLength',
  })

export const ServingConfig = z.strictObject({
  kind: described(
    z.enum(['directory', 'ollama']).default('directory'),
    'Where releases go: "directory", data/models with an atomic "current" link, or "ollama", models of an Ollama server.',
  ),
  host: described(
    z
      .string()
      .min(1)
      .refine((host) => ollamaHost(host) !== undefined, { error: 'an address like "http://127.0.0.1:11434", without credentials' })
      .default('http://127.0.0.1:11434'),
    'Where Ollama listens; for serving.kind "ollama" and base.ollama.',
  ),
  name: described(ollamaModel.default('genesis'), 'The name under which Ollama answers with the current release.'),
  keep: described(wholeNumber(2, 100).default(3), 'Releases whose weights are kept; records are kept for ever.'),
})

export const TriggersConfig = z.strictObject({
  learnings: described(positiveInteger.max(1e9).default(100), 'Waiting usable learnings that start a cycle.'),
  days: described(z.number().positive().max(36500).default(62), 'Days since the last training that start a cycle.'),
  accuracy: described(z.number().gt(0).lt(1).default(0.9), 'Observed accuracy under which a cycle starts.'),
  intervalMinutes: described(z.number().positive().max(525600).default(60), 'Minutes between looks of a continuous "check".'),
})

export const GateConfig = z.strictObject({
  approval: described(
    z.enum(['auto', 'manual']).default('auto'),
    'Whether what the gate lets through is deployed at once, or waits for "approve" or "reject".',
  ),
  probation: described(
    z.enum(['rollback', 'warn', 'off']).default('rollback'),
    'What happens when a deployed release fails more often in the field than the one before.',
  ),
  graders: described(
    z.record(z.string().regex(/^[a-z][a-z0-9-]{0,40}$/), ProgramConfig).default({}),
    'Programs of your own that score answers, by the name under which items call them.',
  ),
  minimumGain: described(share.default(0.01), 'Estimated gain in live accuracy that must be exceeded.'),
  margin: described(
    z.number().gt(0).max(1).default(0.05),
    'Loss on retention and on regression items that must be excluded (non-inferiority margin).',
  ),
  failureShare: described(
    z.number().gt(0).lt(1).optional(),
    'Share of requests the model fails on, when you know it; otherwise from outcomes.',
  ),
})

/** genesis-improve.config.json; every key may be left out. */
export const Config = z
  .strictObject({
    $schema: described(z.string().optional(), 'Where an editor finds the JSON Schema of this file.'),
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
