import { copyFileSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { TestContext } from 'node:test'
import { Config } from '../../src/config/schema.ts'
import type { CycleManifest } from '../../src/cycle/cycle-directory.ts'
import { writeReleaseFiles } from '../../src/serving/release-files.ts'
import { defaultState } from '../../src/state/state.ts'
import { digestText } from '../../src/state/files.ts'
import type { Home } from '../../src/state/home.ts'
import { packageRoot } from '../../src/system/package-root.ts'
import { releaseRecord } from '../fakes/release.ts'
import { temporaryHome } from './program.ts'

export const older = '20250101-000000'
export const newer = '20250201-000000'

/** A home that deployed two releases, one learning each; text stands in place of the weights. */
export async function homeWithReleases(t: TestContext): Promise<Home> {
  const learnings = [older, newer].map((id) => ({ id, input: `question ${id}`, correction: 'a' }))
  const home = temporaryHome(t, { learnings, config: { base: { gguf: 'base.gguf' } } })
  copyFileSync(path.join(packageRoot(), 'data', 'demo', 'base-f16.gguf'), path.join(home.root, 'base.gguf'))
  mkdirSync(home.fates)
  for (const [id, previous] of [
    [older, 'genesis-base'],
    [newer, `genesis-${older}`],
  ] as const) {
    const at = `${id.slice(0, 4)}-${id.slice(4, 6)}-01T00:00:00.000Z`
    const name = `genesis-${id}`
    const directory = path.join(home.models, name)
    mkdirSync(directory, { recursive: true })
    writeFileSync(path.join(directory, 'model.gguf'), name)
    await writeReleaseFiles(directory, releaseRecord(name, { createdAt: at, deployedAt: at, previous, improvementScore: 0.9 }))
    writeCycle(home, `cycle-${id}`, at, previous)
    writeFileSync(path.join(home.fates, `cycle-${id}.jsonl`), `${JSON.stringify({ id, fate: 'used' })}\n`)
  }
  symlinkSync(`genesis-${newer}`, path.join(home.models, 'current'))
  const state = {
    ...defaultState,
    current_model: `genesis-${newer}`,
    training_runs: 2,
    last_training_time: '2025-02-01T00:00:00.000Z',
    last_trained_cycle: `cycle-${newer}`,
    last_closed_cycle: `cycle-${newer}`,
  }
  writeFileSync(home.state, JSON.stringify(state))
  return home
}

function writeCycle(home: Home, id: string, at: string, baseline: string): void {
  const directory = path.join(home.cycles, id)
  mkdirSync(directory, { recursive: true })
  const manifest: CycleManifest = {
    ...{ schema_version: 1, id, openedAt: at, reason: 'Triggered by hand', manual: true, config: Config.parse({}) },
    ...{ base: { path: 'base.gguf', digest: digestText('base') }, baseline, fingerprint: 'a:b', usableLearnings: 1 },
  }
  writeFileSync(path.join(directory, 'cycle.json'), JSON.stringify(manifest))
  const events = [
    { event: 'opened', at, reason: 'Triggered by hand', manual: true },
    { event: 'closed', at, outcome: 'DEPLOY', reasons: [], fingerprint: 'a:b', newly_pinned: 0, learnings_seen: 1, backoff: null },
  ]
  writeFileSync(path.join(directory, 'journal.jsonl'), events.map((event) => `${JSON.stringify(event)}\n`).join(''))
}
