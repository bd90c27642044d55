import { writeFileSync } from 'node:fs'
import { test } from 'node:test'
import fc from 'fast-check'
import { configDigest, loadConfig } from '../../src/config/load-config.ts'
import { campaign } from './campaign.ts'
import { damagedJson } from './damaged-json.ts'
import { fuzzedHome } from './fuzzed-home.ts'

const files = [
  {
    base: { gguf: 'base.gguf' },
    corpus: { kind: 'weaviate', host: 'localhost', port: 8080, fields: { input: 'prompt' } },
    trainer: {
      kind: 'command',
      command: { program: './train.sh', args: ['--fast'], environment: ['HF_*'] },
      rank: 8,
      window: '01:00-06:00',
    },
    triggers: { learnings: 100, days: 62, accuracy: 0.9, intervalMinutes: 60 },
    serving: { host: 'http://127.0.0.1:11434' },
    gate: { failureShare: 0.2, margin: 0.05, graders: { lint: { program: 'lint', args: [], timeoutSeconds: 5 } } },
    server: { host: '127.0.0.1', port: 8000, allowedHosts: ['genesis.example'] },
    hooks: { on_deploy: { program: 'notify', args: [] }, ping_url: 'https://example.org/ping' },
  },
  { base: { ollama: 'qwen3:0.6b' } },
  {},
]
const names = ['GENESIS_LEARNING_THRESHOLD', 'GENESIS_PERFORMANCE_THRESHOLD', 'OLLAMA_HOST', 'FORGE_HOST', 'GENESIS_ENGINE_DIR']
const text = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.constantFrom('', '0', '-1', '1e9', '0x10', '99999999999999999999', 'http://', '[::1', 'a b', '\0'),
)

test('a damaged configuration is read or refused, with settings of the environment as wrong as they please', async (t) => {
  const home = fuzzedHome(t)
  const environments = fc.oneof(fc.constant({}), fc.dictionary(fc.constantFrom(...names), text))
  await campaign(t, fc.tuple(damagedJson(files), environments), async ([content, environment]) => {
    writeFileSync(home.config, content)
    configDigest(await loadConfig({ homeDirectory: home.root, environment }))
  })
})
