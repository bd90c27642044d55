import { existsSync } from 'node:fs'
import { copyFile, readFile } from 'node:fs/promises'
import path from 'node:path'
import { GenesisError } from '../errors.ts'
import { makeDirectory, writeFileAtomic } from '../state/files.ts'
import type { Home } from '../state/home.ts'
import { packageRoot } from '../system/package-root.ts'
import { writeConfig } from './make-home.ts'
import { mislabel } from './mislabel.ts'
import type { DemoLearning } from './mislabel.ts'

export interface DemoHome {
  home: string
  learnings: number
  gateItems: number
  retentionItems: number
}

/**
 * Makes a home from data/demo: base, configuration, corrections, corpus and the items to judge by. With a seed the corrections are mislabelled.
 * @throws GenesisError GI-HOME-NOT-EMPTY when one of these files is there already
 */
export async function makeDemoHome(home: Home, mislabelSeed: number | undefined): Promise<DemoHome> {
  const from = (name: string): string => path.join(packageRoot(), 'data', 'demo', name)
  const settings = JSON.parse(await readFile(from('genesis-improve.config.json'), 'utf8')) as object
  const copies = [
    ['base-f16.gguf', path.join(home.root, 'base-f16.gguf')],
    ['gate.jsonl', home.userGate],
    ['retention.jsonl', home.userRetention],
    ['corpus.jsonl', path.join(home.data, 'corpus.jsonl')],
  ] as const
  // Somebody's own learnings and items must not be replaced by made-up ones.
  const present = [home.learningsJson, ...copies.map(([, to]) => to)].find((file) => existsSync(file))
  if (present !== undefined)
    throw new GenesisError('GI-HOME-NOT-EMPTY', { what: 'There is something in this home already.', why: `${present} exists` })
  await makeDirectory(home.root)
  await writeConfig(home, settings)
  for (const [name, to] of copies) await copyFile(from(name), to)
  const { learnings } = JSON.parse(await readFile(from('learnings.json'), 'utf8')) as { learnings: DemoLearning[] }
  const given = mislabelSeed === undefined ? learnings : mislabel(learnings, mislabelSeed)
  await writeFileAtomic(home.learningsJson, `${JSON.stringify({ learnings: given }, null, 1)}\n`)
  return {
    home: home.root,
    learnings: given.length,
    gateItems: await countLines(home.userGate),
    retentionItems: await countLines(home.userRetention),
  }
}

async function countLines(file: string): Promise<number> {
  return (await readFile(file, 'utf8')).split('\n').filter((line) => line !== '').length
}
