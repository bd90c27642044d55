/** What the schema has no word for: the unit of a number, and a value as somebody might write it. */
export interface SettingNote {
  unit?: string
  /** Needed where there is neither a default nor a choice, which would be taken otherwise. */
  example?: unknown
  /** What must stand in the file as well for the example to be valid. */
  beside?: object
}

const weaviate = { corpus: { kind: 'weaviate' } }
const program = './graders/sql.sh'
const hook = (example: string): SettingNote => ({ example: { program: example } })

/** Sections of the configuration, in a sentence. */
export const sectionNotes: Readonly<Record<string, string>> = {
  base: 'The model that is trained: a GGUF file, or a model of Ollama. One of the two; without it nothing is trained.',
  corpus: 'Older, trusted examples that are mixed in, so that what was learned first is not forgotten.',
  trainer: 'What trains the adapter, how, and when.',
  runtime: 'What lets a model answer the held-out items.',
  serving: 'Where releases go.',
  triggers: 'When a cycle starts. Any one of them is enough.',
  gate: 'What a model must show before it is served.',
  dataset: 'What is trained on, and what is not.',
  server: 'Where "serve" listens.',
  hooks: 'Programs of yours that are told what happens.',
}

/** By the dotted path of the setting. */
export const settingNotes: Readonly<Record<string, SettingNote>> = {
  $schema: { example: './genesis-improve.schema.json' },
  'base.gguf': { example: 'models/qwen3-0.6b-q8_0.gguf' },
  'base.ollama': { example: 'qwen3:0.6b-q8_0' },
  'corpus.kind': { example: 'weaviate' },
  'corpus.host': { example: 'weaviate.example', beside: weaviate },
  'corpus.tenant': { example: 'team-a', beside: weaviate },
  'corpus.fields': { example: { input: 'question', output: 'reply' }, beside: weaviate },
  'corpus.writeBack': { example: true, beside: weaviate },
  'trainer.kind': { example: 'command', beside: { trainer: { command: { program: './train' } } } },
  'trainer.command': {
    example: { program: './train', args: ['--quick'], model: 'models/qwen3-0.6b' },
    beside: { trainer: { kind: 'command' } },
  },
  'trainer.model': { example: 'models/qwen3-0.6b', beside: { trainer: { kind: 'mlx' } } },
  'trainer.python': { example: 'envs/mlx/bin/python' },
  'trainer.method': { example: 'sft' },
  'trainer.steps': { unit: 'steps', example: 200 },
  'trainer.batchSize': { unit: 'examples', example: 4 },
  'trainer.accumulation': { unit: 'batches', example: 2 },
  'trainer.schedule': { example: 'linear' },
  'trainer.lossOn': { example: 'everything' },
  'trainer.extra': { example: { optimizer: 'adamw' } },
  'trainer.learningRate': { example: 0.0002 },
  'trainer.targetModules': { example: ['attn_q', 'attn_v'] },
  'trainer.epochs': { unit: 'passes over the training set', example: 3 },
  'trainer.contextLength': { unit: 'tokens', example: 512 },
  'trainer.loraScale': { example: 0.85 },
  'trainer.checkpoints': { unit: 'adapters', example: 3 },
  'trainer.window': { unit: "hours and minutes of the machine's own time", example: '01:00-06:00' },
  'trainer.lock': { example: '/run/lock/gpu-0.lock' },
  'trainer.nice': { unit: 'levels; 19 gives way the most', example: 10 },
  'trainer.timeLimitHours': { unit: 'hours', example: 8 },
  'runtime.kind': { example: 'ollama', beside: { serving: { kind: 'ollama' } } },
  'runtime.maxTokens': { unit: 'tokens', example: 128 },
  'runtime.contextLength': { unit: 'tokens', example: 2048 },
  'runtime.parallel': { unit: 'requests', example: 4 },
  'serving.kind': { example: 'ollama' },
  'serving.host': { example: 'http://gpu-host:11434' },
  'serving.keep': { unit: 'releases', example: 5 },
  'triggers.learnings': { unit: 'learnings', example: 50 },
  'triggers.days': { unit: 'days', example: 7 },
  'triggers.accuracy': { unit: 'share of requests; 0.9 is 90%', example: 0.85 },
  'triggers.intervalMinutes': { unit: 'minutes', example: 30 },
  'gate.approval': { example: 'manual' },
  'gate.probation': { example: 'warn' },
  'gate.graders': { example: { sql: { program, timeoutSeconds: 10 } } },
  'gate.minimumGain': { unit: 'share of requests; 0.01 is one percentage point', example: 0.02 },
  'gate.margin': { unit: 'share of items; 0.05 is five percentage points' },
  'gate.failureShare': { unit: 'share of requests; 0.1 is 10%', example: 0.1 },
  'dataset.maxLearnings': { unit: 'learnings', example: 5000 },
  'dataset.replay': { unit: 'examples a learning', example: 2 },
  'dataset.maxReplay': { unit: 'examples', example: 10000 },
  'dataset.validationShare': { unit: 'share of examples; 0.05 is 5%', example: 0.1 },
  'dataset.conflicts': { example: 'drop' },
  'dataset.redaction': { example: 'refuse' },
  'dataset.redactionPatterns': { example: [{ name: 'customer', pattern: 'C-[0-9]{6}' }] },
  'dataset.graders': { example: { sql: 'exact', '*': 'similarity' } },
  'dataset.retentionTarget': { unit: 'items', example: 300 },
  'guard.maximumShare': { unit: 'share of the training; 0.4 is 40%', example: 0.4 },
  'guard.floodFactor': { unit: 'times the usual number of a day', example: 10 },
  'server.host': { example: '0.0.0.0' },
  'server.allowedHosts': { example: ['genesis.example'] },
  'server.metrics': { example: false },
  'hooks.before_cycle': hook('/usr/local/bin/is-it-a-good-time'),
  'hooks.after_step': hook('./log-step'),
  'hooks.on_deploy': { example: { program: './tell-the-team', args: ['models'], timeoutSeconds: 10 } },
  'hooks.on_refuse': hook('./tell-the-team'),
  'hooks.on_abstain': hook('./tell-the-team'),
  'hooks.on_failure': hook('./tell-the-team'),
  'hooks.on_rollback': hook('./tell-the-team'),
  'hooks.ping_url': { example: 'https://ping.example/your-key' },
}
