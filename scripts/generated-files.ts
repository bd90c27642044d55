import { readFile } from 'node:fs/promises'
import { format, resolveConfig } from 'prettier'
import { fileURLToPath } from 'node:url'
import type { GateSimulation } from '../bench/gate/results.ts'
import { configJsonSchema } from '../src/config/json-schema.ts'
import { errorTable, exitCodes } from '../src/errors.ts'
import { serviceUnits } from '../src/service/units.ts'
import { configurationPage } from './configuration-page.ts'
import { withTables } from './gate-page/page.ts'
import { intervalPicture, powerPicture, selectionPicture } from './gate-page/pictures.ts'

const root = fileURLToPath(new URL('..', import.meta.url))

const gatePage = 'docs/gate.md'

/** Every file that is made from the code: its path in the repository and what it must hold. */
export async function generatedFiles(): Promise<{ path: string; content: string }[]> {
  const style = await resolveConfig(`${root}package.json`)
  const simulation = JSON.parse(await readFile(`${root}docs/assets/gate-simulation.json`, 'utf8')) as GateSimulation
  return [
    { path: 'docs/assets/gate-selection.svg', content: selectionPicture(simulation) },
    { path: 'docs/assets/gate-power.svg', content: powerPicture(simulation) },
    { path: 'docs/assets/gate-intervals.svg', content: intervalPicture() },
    {
      path: gatePage,
      content: await format(withTables(await readFile(root + gatePage, 'utf8'), simulation), { ...style, parser: 'markdown' }),
    },
    { path: 'genesis-improve.schema.json', content: await format(JSON.stringify(configJsonSchema()), { ...style, parser: 'json' }) },
    ...serviceUnits(usualPlace).map(({ name, text }) => ({ path: `systemd/${name}`, content: text })),
    { path: 'docs/errors.md', content: await format(errorsPage(), { ...style, parser: 'markdown' }) },
    { path: 'docs/configuration.md', content: await format(configurationPage(), { ...style, parser: 'markdown' }) },
  ]
}

/** For packagers and readers; install-service writes the same with a machine's own paths. */
const usualPlace = {
  manager: 'system',
  program: ['/usr/bin/env', 'genesis-improve'],
  home: '/var/lib/genesis-improve',
  engineDirectory: '/var/cache/genesis-improve/engine',
  user: 'genesis-improve',
  environmentFile: '/etc/genesis-improve/environment',
} as const

const exitCodeMeanings: Record<keyof typeof exitCodes, string> = {
  done: 'Done, or nothing was due.',
  bug: 'A bug in genesis-improve.',
  usage: 'The command line is not understood.',
  invalid: 'Configuration or data is not valid; somebody has to change something.',
  locked: 'Another process is working in this home.',
  unavailable: 'A service or resource is not available now; the same call may succeed later.',
  failed: 'A step failed for good.',
  notDeployed: 'The verdict was REFUSE or ABSTAIN, and the caller asked for the verdict.',
  interrupted: 'Interrupted.',
}

function errorsPage(): string {
  const exits = Object.entries(exitCodes).map(([name, code]) => `| ${code} | ${exitCodeMeanings[name as keyof typeof exitCodes]} |`)
  const errors = Object.entries(errorTable).map(
    ([code, { what, exitCode, temporary, remedy }]) =>
      `| \`${code}\` | ${cell(what)} | ${exitCode} | ${temporary ? 'yes' : 'no'} | ${cell(remedy)} |`,
  )
  return [
    '# Errors and exit codes',
    'Made by `npm run generate` from the table in `src/errors.ts`. A code keeps its meaning once it is published; the text of a message may say more than stands here.',
    'With `--json` an error is `{"error":{"code","what","why","remedy"}}`.',
    '## Exit codes',
    ['| Code | Meaning |', '| --- | --- |', ...exits].join('\n'),
    '## Errors',
    'Temporary means that the same call may succeed later without anything being changed.',
    ['| Code | What happened | Exit code | Temporary | What to do |', '| --- | --- | --- | --- | --- |', ...errors].join('\n'),
  ].join('\n\n')
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ')
}
