/** Dependencies point one way: commands -> app -> cycle -> (ports, dataset, gate, evaluation) -> learnings, state, config. */
const rooms = (...names) => `^src/(${names.join('|')})(/|\\.ts$)`

module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'rules-without-io',
      comment: 'The gate, the triggers and the transitions are decisions: plain data in, plain data out.',
      severity: 'error',
      from: { path: '^src/(gate|triggers)/|^src/cycle/(transitions|state-changes)\\.ts' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'ground-floor',
      comment: 'Learnings, state, configuration, gate, triggers and evaluation know nothing of what uses them.',
      severity: 'error',
      from: { path: rooms('learnings', 'state', 'config', 'gate', 'triggers', 'evaluation', 'gguf') },
      to: { path: rooms('cycle', 'commands', 'app', 'cli', 'terminal', 'engine') },
    },
    {
      name: 'ports-below-cycle',
      severity: 'error',
      from: {
        path: rooms('corpora', 'trainers', 'runners', 'runtimes', 'serving', 'dataset', 'engine', 'system', 'ollama', 'base', 'adapters'),
      },
      to: { path: rooms('cycle', 'commands', 'app', 'cli', 'terminal') },
    },
    {
      name: 'cycle-below-app',
      severity: 'error',
      from: { path: rooms('cycle', 'fleet', 'setup', 'doctor', 'server', 'service', 'hooks') },
      to: { path: rooms('commands', 'app', 'cli', 'terminal') },
    },
    {
      name: 'servers-read-when-used',
      comment: 'Only what serves and shows metrics reads the libraries for it.',
      severity: 'error',
      from: { pathNot: '^src/server/' },
      to: { path: 'node_modules/(fastify|prom-client)/' },
    },
    {
      name: 'implementations-only-through-tables',
      comment: "Only a port's own index.ts names its implementations; src/app.ts reads the tables.",
      severity: 'error',
      from: { pathNot: '^src/(corpora|trainers|runtimes|serving)/|^src/app\\.ts' },
      to: { path: '^src/(corpora|trainers|runtimes|serving)/(index|jsonl|engine|command|mlx|trl|directory|ollama)\\.ts' },
    },
    {
      name: 'runners-only-through-their-table',
      comment: 'Whatever runs a program asks the table where.',
      severity: 'error',
      from: { pathNot: '^src/runners/' },
      to: { path: '^src/runners/', pathNot: '^src/runners/(index|port|cost)\\.ts' },
    },
    {
      name: 'subprocesses-in-one-place',
      severity: 'error',
      from: { pathNot: '^src/system/(process|pipe|supervisor)\\.ts' },
      to: { path: 'execa|^(node:)?child_process$' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'require', 'node', 'default', 'types'] },
  },
}
