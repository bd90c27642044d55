// npm run test:fuzz -- [--runs N] [PATTERN ...]: tries N damaged inputs (10,000 unless told) of each kind on everything that reads what comes from outside.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const { values, positionals } = parseArgs({ options: { runs: { type: 'string', default: '10000' } }, allowPositionals: true })
if (!/^[1-9]\d*$/.test(values.runs)) {
  console.error(`--runs must be a whole number, not ${values.runs}.`)
  process.exit(2)
}
const suite = fileURLToPath(new URL('test.js', import.meta.url))
const patterns = (positionals.length > 0 ? positionals : ['']).map((pattern) => `fuzz/${pattern}`)
const environment = { ...process.env, GENESIS_FUZZ_RUNS: values.runs }
process.exit(spawnSync(process.execPath, [suite, 'unit', ...patterns], { env: environment, stdio: 'inherit' }).status ?? 1)
