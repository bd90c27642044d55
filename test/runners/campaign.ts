import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { Config } from '../../src/config/schema.ts'
import { GenesisError } from '../../src/errors.ts'
import { digestFile } from '../../src/state/files.ts'
import { packageRoot } from '../../src/system/package-root.ts'
import { commandTrainer } from '../../src/trainers/command.ts'
import type { TrainingJob, TrainingState } from '../../src/trainers/port.ts'
import { FakeTrainer } from '../fakes/fake-trainer.ts'
import { writeModel } from '../gguf/models.ts'

/*
 * One training, disturbed once at the nth time that the other machine is spoken to; then called again until it is done. However it was disturbed, the
 * program ran once, the adapter is the one that it wrote, and nothing is left there.
 */
const around = mkdtempSync(path.join(tmpdir(), 'genesis-campaign-'))
after(() => rmSync(around, { recursive: true, force: true }))
let places = 0

/** What happens to one call: we are killed before or after it, it is cut before it, its answer is lost, or half of what is sent arrives. */
const disturbances = {
  'killed before': 'kill -9 $PPID; exit 255',
  'killed after': 'go "$@"; kill -9 $PPID; exit 255',
  'cut before': 'exit 255',
  'cut after': 'go "$@" >/dev/null; exit 255',
  'cut within': 'head -c 300 | go "$@" >/dev/null; exit 255',
}
export type Disturbance = keyof typeof disturbances
export const allDisturbances = Object.keys(disturbances) as Disturbance[]

export interface Ground {
  /** The runner's settings. */
  runner: { directory: string } & Record<string, unknown>
  /** A line of sh that is "ssh" without disturbance. */
  ssh: string
}

interface Place {
  job: TrainingJob
  config: Config['trainer']
  /** Disturbs the nth call of ssh from now on; 0 for none. Says how many there were since the last time. */
  arm(count: number, how: Disturbance): number
  starts(): number
  adapter: string
}

async function makePlace({ runner, ssh }: Ground): Promise<Place> {
  places += 1
  const root = path.join(around, `place-${places}`)
  for (const name of ['bin', 'dataset', 'made', 'train']) mkdirSync(path.join(root, name), { recursive: true })
  const tensor = { shape: [8, 6], values: Float32Array.from({ length: 48 }, (_, index) => index / 48) }
  const base = await writeModel(root, 'base', { 'blk.0.attn_q.weight': tensor })
  const trainFile = path.join(root, 'dataset', 'train.jsonl')
  writeFileSync(trainFile, `{"id":"${places}","messages":[{"role":"user","content":"a"},{"role":"assistant","content":"b"}]}\n`)
  const settings = { ...{ rank: 2, alpha: 4, targetModules: ['attn_q'], learningRate: 1 }, ...{ minimumLearningRate: 0.1, epochs: 1 } }
  const job: TrainingJob = {
    ...{ id: `cycle-20260101-${String(places).padStart(6, '0')}`, base: { path: base, digest: await digestFile(base) }, trainFile },
    ...{ settings: { ...settings, contextLength: 64, seed: 1 }, directory: path.join(root, 'train') },
  }
  await new FakeTrainer().begin({ ...job, directory: path.join(root, 'made') }, () => undefined, new AbortController().signal)
  const adapter = path.join(root, 'made', 'adapter.gguf')
  const program = path.join(root, 'program.sh')
  writeFileSync(
    program,
    `#!/bin/sh\necho start >>${root}/counter\necho '{"step":1,"total":1,"loss":1}'\ncp ${adapter} "$GENESIS_OUTPUT/adapter.gguf"\n`,
  )
  chmodSync(program, 0o755)
  const shim = path.join(root, 'bin', 'ssh')
  const count = path.join(root, 'count')
  const arm = (at: number, how: Disturbance): number => {
    const calls = existsSync(count) ? Number(readFileSync(count, 'utf8')) : 0
    writeFileSync(count, '0')
    const lines = [
      `go() { ${ssh}; }`,
      `n=$(($(cat ${count}) + 1)); echo $n >${count}`,
      `if [ $n = ${at} ]; then ${disturbances[how]}; fi`,
      'go "$@"',
    ]
    writeFileSync(shim, `#!/bin/sh\n${lines.join('\n')}\n`)
    chmodSync(shim, 0o755)
    return calls
  }
  arm(0, 'cut before')
  process.env['PATH'] = `${path.join(root, 'bin')}:${plainPath}`
  const config = Config.parse({ trainer: { kind: 'command', command: { program }, runner } }).trainer
  return { job, config, arm, adapter, starts: () => readFileSync(path.join(root, 'counter'), 'utf8').split('\n').length - 1 }
}

const plainPath = process.env['PATH'] ?? ''

/** One call as `train` makes it; the code of its error when it failed for now. */
export async function callOnce(job: TrainingJob, config: Config['trainer']): Promise<TrainingState | string> {
  const trainer = commandTrainer(config, { homeRoot: '/' })
  try {
    return await trainer.observe(await trainer.begin(job, () => undefined, new AbortController().signal), job)
  } catch (error) {
    if (!(error instanceof GenesisError) || !error.temporary) throw error
    return error.code
  }
}

/** The same in a process that may be killed. */
async function callApart({ job, config }: Place): Promise<void> {
  const args = ['--import', 'tsx', 'test/runners/call-child.ts', JSON.stringify({ job, config })]
  const child = spawn(process.execPath, args, { cwd: packageRoot(), stdio: ['ignore', 'ignore', 'inherit'] })
  await new Promise((resolve) => child.once('exit', resolve))
}

async function toItsEnd({ job, config }: Place): Promise<TrainingState> {
  for (;;) {
    const state = await callOnce(job, config)
    if (typeof state !== 'string' && state.status === 'done') return state
    // Nothing was lost, so nothing may be started again.
    assert.notEqual(state, 'GI-RUNNER-LOST')
    await sleep(200)
  }
}

/** `first` and `last`: the calls that are disturbed, of those that start a training and of those that end it. */
export function describeCampaign(
  title: string,
  ground: () => Ground,
  calls: readonly number[],
  how: readonly Disturbance[] = allDisturbances,
): void {
  describe(`${title}, disturbed once`, () => {
    for (const disturbance of how)
      for (const phase of ['start', 'end'] as const)
        test(`${disturbance} a call of its ${phase}: it ran once, and nothing is left there`, async () => {
          for (const call of calls) {
            const place = await makePlace(ground())
            if (phase === 'end') {
              await callOnce(place.job, place.config)
              while (place.starts() === 0) await sleep(50)
            }
            place.arm(call, disturbance)
            if (disturbance.startsWith('killed')) await callApart(place)
            else await callOnce(place.job, place.config)
            place.arm(0, disturbance)
            const state = await toItsEnd(place)
            assert.ok(state.status === 'done')
            assert.equal(place.starts(), 1, `call ${call}`)
            assert.equal(await digestFile(state.result.adapter), await digestFile(place.adapter))
            // What finished is cleaned up by the call after it, should it have been cut there.
            await callOnce(place.job, place.config)
            assert.deepEqual(readdirSync(path.join(ground().runner.directory, 'jobs')), [], `call ${call}`)
          }
        })
  })
}
