// npm run demo [-- --bad-data [SEED]] [--home DIR]: the whole loop in a home of its own, with the commands that users call.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const given = process.argv.slice(2)
const badData = given.includes('--bad-data')
const seed = given.find((argument) => /^\d+$/.test(argument)) ?? '1'
const named = given.indexOf('--home')
const home = named === -1 ? path.join(root, badData ? '.demo-bad-data' : '.demo') : path.resolve(given[named + 1])
const expected = badData ? 'REFUSE' : 'DEPLOY'
const bold = process.stdout.isTTY && !process.env.NO_COLOR ? (text) => `\u001b[1m${text}\u001b[22m` : (text) => text

function genesis(args, { shown = true, allowed = [0] } = {}) {
  if (shown)
    console.log(`\n${bold(`$ genesis-improve ${args.map((argument) => (/[\s?]/.test(argument) ? `"${argument}"` : argument)).join(' ')}`)}`)
  const stdio = shown ? 'inherit' : ['ignore', 'pipe', 'pipe']
  const result = spawnSync(process.execPath, [path.join(root, 'bin', 'genesis-improve.js'), ...args], {
    cwd: root,
    stdio,
    encoding: 'utf8',
  })
  if (allowed.includes(result.status)) return result
  process.stderr.write(result.stderr ?? '')
  console.error(`\nThe demo stopped: "genesis-improve ${args[0]}" ended with exit code ${result.status}.`)
  process.exit(result.status ?? 1)
}

if (!existsSync(path.join(root, 'dist', 'genesis-improve.cjs'))) {
  console.error('The program is not built yet: run "npm ci" first.')
  process.exit(1)
}
if (!existsSync(path.join(home, 'genesis-improve.config.json')) && existsSync(home)) {
  console.error(`${home} exists and is no home of an earlier demo; name another directory with --home.`)
  process.exit(1)
}
rmSync(home, { recursive: true, force: true })
const at = ['--home', path.relative(root, home)]

if (genesis(['engine', 'status'], { shown: false, allowed: [0, 10] }).status !== 0) genesis(['engine', 'install'])
genesis(['init', '--demo', ...(badData ? ['--mislabel', seed] : []), ...at])
genesis(['status', ...at])
genesis(['check', '--until-idle', ...at])
genesis(['show', ...at])

const state = JSON.parse(readFileSync(path.join(home, 'data', 'genesis_improvement_state.json'), 'utf8'))
const outcome = state.last_cycle?.outcome
if (!badData) for (const question of demoQuestions()) genesis(['ask', question, '--compare', ...at])
genesis(['status', ...at])

if (outcome !== expected) {
  console.error(`\nThe demo expected ${expected} and got ${outcome}.`)
  process.exit(1)
}
const next = badData
  ? [
      'The corrections were mislabelled on purpose; the gate refused what came out of them, and the old model is still served.',
      `  genesis-improve history ${at.join(' ')}    what was tried, and why it was refused`,
    ]
  : [
      `The better model is ${path.join(path.relative(root, home), 'data', 'models', 'current', 'model.gguf')}.`,
      'Type next:',
      `  npx genesis-improve ask "how do i list open ports?" --compare ${at.join(' ')}`,
      `  npx genesis-improve rollback ${at.join(' ')}      serve the base again`,
      '  npx genesis-improve init --base YOUR-MODEL.gguf --home YOUR-HOME',
    ]
console.log(`\n${next.join('\n')}`)

/** The first held-out item of three categories that the corrections are about. */
function demoQuestions() {
  const items = readFileSync(path.join(home, 'data', 'gate.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map(JSON.parse)
  const byCategory = new Map(items.map((item) => [item.category, item.input]).reverse())
  return [...byCategory.values()].slice(0, 3)
}
