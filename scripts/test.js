// node scripts/test.js SUITE [PATTERN ...]: builds, then runs the suite's tests (Node 20's runner takes neither globs nor directories).
import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { availableParallelism } from 'node:os'
import path from 'node:path'

const root = fileURLToPath(new URL('..', import.meta.url))
const [suite = 'unit', ...patterns] = process.argv.slice(2)
const separate = ['engine', 'services', 'trainers', 'runners', 'faults', 'systemd']
const found = readdirSync(path.join(root, 'test'), { recursive: true })
  .map(String)
  .filter((file) => file.endsWith('.test.ts'))
  .filter((file) => (suite === 'unit' ? !separate.includes(file.split(path.sep)[0]) : file.split(path.sep)[0] === suite))
  .filter((file) => patterns.length === 0 || patterns.some((pattern) => file.includes(pattern)))
  .map((file) => path.join('test', file))
  .sort()
if (found.length === 0) {
  console.error(`No test files for suite "${suite}"${patterns.length > 0 ? ` matching ${patterns.join(', ')}` : ''}.`)
  process.exit(1)
}
const run = (args) => spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' }).status ?? 1
const built = run(['scripts/build.js'])
if (built !== 0) process.exit(built)
// The runner itself hardly works, so no processor is kept for it. The engine trains with four spinning threads: its tests run one file at a time.
const concurrency = suite === 'unit' ? availableParallelism() : 1
process.exit(run(['--import', 'tsx', '--test', `--test-concurrency=${concurrency}`, ...found]))
