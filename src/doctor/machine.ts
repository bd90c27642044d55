import { stat } from 'node:fs/promises'
import type { FoundBase } from '../base/find-base.ts'
import type { Workshop } from '../cycle/parts.ts'
import type { Problem } from '../problem.ts'
import { freeBytes, gigabytes } from '../state/disk-space.ts'
import { describeRunner } from '../state/runner.ts'
import { readState } from '../state/store.ts'
import { runProcess } from '../system/process.ts'
import { examined, failure, ok, warning } from './finding.ts'
import type { Finding } from './finding.ts'

/** Disk, clock, lock and timer. */
export async function examineMachine(workshop: Workshop, base: FoundBase | Problem): Promise<Finding[]> {
  return [
    ...(await examined('disk', async () => await examineDisk(workshop, base))),
    ...(await examined('clock', async () => await examineClock(workshop))),
    ...(await examined('lock', async () => await examineLock(workshop))),
    ...(await examined('timer', async () => [await examineTimer()])),
  ]
}

/** A cycle writes the merged model, perhaps a prepared base, and keeps some releases: about five times the base. */
const shareOfBase = 5

async function examineDisk({ home }: Workshop, base: FoundBase | Problem): Promise<Finding[]> {
  const free = await freeBytes(home.root)
  const needed = 'code' in base ? 0 : shareOfBase * (await stat(base.path)).size
  const text = `${gigabytes(free)} free under ${home.root}`
  if (free >= needed) return [ok('disk', text)]
  return [
    failure('disk', {
      code: 'GI-DISK-FULL',
      what: `${text}; a cycle with this base wants about ${gigabytes(needed)}.`,
      remedy: 'Free some space, or move the home with --home.',
    }),
  ]
}

async function examineClock({ home, clock }: Workshop): Promise<Finding[]> {
  const { state } = await readState(home)
  const now = clock.now().toISOString()
  const latest = [state.last_check_time, state.last_training_time, state.last_cycle?.at]
    .filter((at) => typeof at === 'string')
    .sort()
    .at(-1)
  if (latest === undefined || latest <= now) return [ok('clock', now)]
  return [
    warning(
      'clock',
      `it is ${now}, but the state speaks of ${latest}: the clock was set back`,
      'Set it right ("timedatectl"); until then days are counted wrongly.',
    ),
  ]
}

async function examineLock({ home }: Workshop): Promise<Finding[]> {
  const runner = await describeRunner(home)
  if (runner === null) return [ok('lock', 'nobody works in this home')]
  return [
    ok('lock', `process ${runner.pid} works in this home (${runner.cycle ?? 'looking'}${runner.step === null ? '' : `, ${runner.step}`})`),
  ]
}

const timer = 'genesis-improve.timer'
const enable = `Run "genesis-improve install-service --user" and what it tells you, or let cron call "genesis-improve check --until-idle" (docs/operation.md).`

/** When the timer ran last and runs next. Whoever uses cron, or no systemd, is told what to look at. */
async function examineTimer(): Promise<Finding> {
  const properties = 'LoadState,ActiveState,LastTriggerUSec,NextElapseUSecRealtime'
  for (const scope of ['--user', '--system']) {
    const { startError, exitCode, lastLines } = await runProcess('systemctl', [scope, 'show', timer, `--property=${properties}`], {
      passOn: ['DBUS_SESSION_BUS_ADDRESS'],
    })
    if (startError !== null) return ok('timer', 'there is no systemd here: cron, or whatever starts the program, is not looked at')
    if (exitCode !== 0) continue
    const shown = new Map(lastLines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]))
    if (shown.get('LoadState') !== 'loaded') continue
    if (shown.get('ActiveState') !== 'active') return warning('timer', `${timer} is installed but not active`, enable)
    return ok(
      'timer',
      `ran last ${shown.get('LastTriggerUSec') || 'never'}, runs next ${shown.get('NextElapseUSecRealtime') || 'as it is set'}`,
    )
  }
  return warning('timer', `${timer} is not installed`, enable)
}
