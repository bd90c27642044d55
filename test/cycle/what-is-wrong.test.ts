import assert from 'node:assert/strict'
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { after, describe, test } from 'node:test'
import { Chalk } from 'chalk'
import { loadConfig } from '../../src/config/load-config.ts'
import { Config } from '../../src/config/schema.ts'
import { cancelCycle } from '../../src/cycle/cancel.ts'
import type { Parts } from '../../src/cycle/parts.ts'
import { rollback } from '../../src/cycle/rollback.ts'
import { readStatus } from '../../src/cycle/status.ts'
import { GenesisError } from '../../src/errors.ts'
import type { ErrorCode } from '../../src/errors.ts'
import { problemOf } from '../../src/problem.ts'
import { homeAt } from '../../src/state/home.ts'
import { reportRun } from '../../src/state/runner.ts'
import { tryTrainingLock } from '../../src/state/training-lock.ts'
import { explainError } from '../../src/terminal/error.ts'
import { describeStatus } from '../../src/terminal/status.ts'
import { Workplace, forgetful, hourMs, newPlace, readyPlace } from './workplace.ts'

/** What `status` prints, an error included, as one line. */
async function told(place: Workplace): Promise<string> {
  const text = await shown(place)
  // A path is not taken apart.
  for (const line of text.split('\n')) assert.ok(line.length <= 80 || /^( *| {2}Why: )\S+$/.test(line), line)
  return text.replaceAll(/\s+/g, ' ')
}

async function shown(place: Workplace): Promise<string> {
  try {
    await loadConfig({ homeDirectory: place.home.root, environment: {} })
    return describeStatus(await readStatus(place.workshop, place.config), new Chalk({ level: 0 }), new Date(place.nowMs))
  } catch (error) {
    if (!(error instanceof GenesisError)) throw error
    return explainError(error, false)
  }
}

/** A part that is not there, or a training that ends so. */
const blockedBy =
  (part: 'trainer' | 'serving', code: ErrorCode) =>
  (parts: Parts): Parts => {
    parts[part].preflight = () => Promise.resolve([problemOf(new GenesisError(code))])
    return parts
  }
const trainingFails =
  (code: ErrorCode) =>
  (parts: Parts): Parts => {
    parts.trainer.begin = () => Promise.reject(new GenesisError(code))
    return parts
  }

const settled = async (place: Workplace): Promise<Workplace> => {
  await place.runToEnd()
  return place
}

const simulated = (replace: Workplace['replace']): Workplace => Object.assign(readyPlace(), { replace })

/** Each way in which nothing is deployed: how it comes about, and what `status` must say of it and of what to do. */
const cases: Record<string, { arrange: () => Workplace | Promise<Workplace>; wrong: RegExp; todo: RegExp }> = {
  'a temporary failure': {
    arrange: async () => {
      const place = readyPlace()
      place.trainer.faults = { crashBefore: 2 }
      await place.runUntilNext('train')
      await place.check()
      return place
    },
    wrong: /could not finish train yet: The engine ended unexpectedly\./,
    todo: /What to do: The next check tries again; "genesis-improve show cycle-20260301-120000" has its last words\.$/,
  },
  'a full disk': {
    arrange: async () => {
      const place = simulated(trainingFails('GI-DISK-FULL'))
      await place.runUntilNext('train')
      await place.check()
      return place
    },
    wrong: /could not finish train yet: The disk is full\./,
    todo: /What to do: Free some space/,
  },
  FAILED: {
    arrange: async () => await settled(simulated(trainingFails('GI-BASE-UNSUPPORTED'))),
    wrong: /ended with FAILED: train: The base model cannot be trained here/,
    todo: /What to do: Choose a base .*Then: "genesis-improve trigger" tries again now; by itself not before 2026-03-02 12:00 UTC/,
  },
  'REFUSE and its backoff': {
    arrange: async () => {
      const place = readyPlace()
      place.mind = forgetful
      return await settled(place)
    },
    wrong: /Backing off until .*ended with REFUSE: /,
    todo: /What to do: see in "genesis-improve show" what got worse.*by itself not before/,
  },
  ABSTAIN: {
    arrange: async () => {
      const place = new Workplace(newPlace(), { triggers: { learnings: 30 }, dataset: { retentionTarget: 0 } })
      place.learn(30)
      return await settled(place)
    },
    wrong: /ended with ABSTAIN: Not trained/,
    todo: /What to do: go on recording corrections and successes; "genesis-improve show" says what is missing/,
  },
  CANCELLED: {
    arrange: async () => {
      const place = readyPlace()
      await place.check()
      await cancelCycle(place.workshop, place.config, undefined)
      return place
    },
    wrong: /ended with CANCELLED/,
    todo: /What to do: nothing: its learnings wait. "genesis-improve trigger" tries again now/,
  },
  'a rollback': {
    arrange: async () => {
      const place = await settled(readyPlace())
      await rollback(place.workshop, place.config, undefined)
      return place
    },
    wrong: /was rolled back to genesis-base/,
    todo: /What to do: record what the model got wrong/,
  },
  'a model that waits for approval': {
    arrange: async () => {
      const place = readyPlace({ gate: { failureShare: 0.2, approval: 'manual' } })
      await place.runUntilNext('deploy')
      return place
    },
    wrong: /waits: the gate says DEPLOY; "genesis-improve approve" or "genesis-improve reject" decides/,
    todo: /What to do: look at "genesis-improve show", and decide/,
  },
  'a training of another home': {
    arrange: async () => {
      const lock = path.join(newPlace(), 'training.lock')
      const place = readyPlace({ trainer: { rank: 2, alpha: 4, targetModules: ['attn_q'], lock } })
      await place.runUntilNext('train')
      const held = await tryTrainingLock(lock, homeAt('/homes/other'))
      assert.ok(held)
      after(() => held.release())
      return place
    },
    wrong: /waits: another home trains on this machine \(/,
    todo: /What to do: nothing: it goes on by itself then$/,
  },
  'a training out of its hours': {
    arrange: async () => {
      const place = readyPlace({ trainer: { rank: 2, alpha: 4, targetModules: ['attn_q'], window: windowWithout(readyPlace().nowMs) } })
      await place.runUntilNext('train')
      return place
    },
    wrong: /waits: training runs from \d\d:\d\d to \d\d:\d\d only/,
    todo: /What to do: nothing: it goes on by itself then/,
  },
  'a missing engine': {
    arrange: () => simulated(blockedBy('trainer', 'GI-ENGINE-MISSING')),
    wrong: /Blocked The embedded engine is not installed\./,
    todo: /What to do: Run "genesis-improve engine install"\./,
  },
  'a missing base': {
    arrange: () => Object.assign(readyPlace(), { config: Config.parse({}) }),
    wrong: /Blocked No base model is configured\./,
    todo: /What to do: Run "genesis-improve init --base FILE.gguf"/,
  },
  'Ollama away': {
    arrange: () => simulated(blockedBy('serving', 'GI-OLLAMA-AWAY')),
    wrong: /Blocked Ollama cannot be reached\./,
    todo: /What to do: Start it \("ollama serve"/,
  },
  'something missing after a cycle failed': {
    arrange: async () => Object.assign(await settled(simulated(trainingFails('GI-BASE-UNSUPPORTED'))), { config: Config.parse({}) }),
    wrong: /ended with FAILED/,
    todo: /What to do: Run "genesis-improve init --base FILE.gguf"/,
  },
  'a wrong configuration': {
    arrange: () => {
      const place = readyPlace()
      writeFileSync(place.home.config, '{"triggers":{"learnings":0}}')
      return place
    },
    wrong: /Error: The configuration is not valid\. Why: triggers.learnings is 0; allowed: a whole number from 1/,
    todo: /Do: Correct the settings named above/,
  },
  'a broken learnings file': {
    arrange: () => {
      const place = readyPlace()
      writeFileSync(place.home.learningsJson, '{"learnings":[{"input":')
      return place
    },
    wrong: /data\/genesis_learnings.json does not parse/,
    todo: /Do: Its writer may be midway: the next check looks again\. If it stays so, mend the file by hand/,
  },
  'a damaged state that could be rebuilt': {
    arrange: async () => {
      const place = await settled(readyPlace())
      writeFileSync(place.home.state, '{')
      return place
    },
    wrong: /Notice The state file .* can't be used: .* was rebuilt from releases and journals/,
    todo: /The next command that changes something writes it anew/,
  },
  'a damaged state and a damaged past': {
    arrange: async () => {
      const place = await settled(readyPlace())
      writeFileSync(place.home.state, '{')
      appendFileSync(path.join(place.home.cycles, place.cycles()[0] ?? '', 'journal.jsonl'), 'no JSON\n{}\n')
      return place
    },
    wrong: /Error: The state file is damaged and could not be rebuilt/,
    todo: /Do: Restore the files named above from a backup/,
  },
  'a state of a newer program': {
    arrange: () => {
      const place = readyPlace()
      writeFileSync(place.home.state, '{"schema_version":99}')
      return place
    },
    wrong: /written by a newer genesis-improve/,
    todo: /Do: Use that version/,
  },
  'a damaged journal of the open cycle': {
    arrange: async () => {
      const place = readyPlace()
      await place.check()
      writeFileSync(path.join(place.home.cycles, place.cycles()[0] ?? '', 'journal.jsonl'), 'no JSON\n{}\n')
      return place
    },
    wrong: /Error: A cycle journal is damaged\. Why: .*cycle-20260301-1200/,
    todo: /Do: Run "genesis-improve cancel cycle-20260301-120000" to set that cycle aside/,
  },
  'a lock that another process holds': {
    arrange: async () => {
      const place = readyPlace()
      await place.runUntilNext('train')
      const progress = { share: 0.4, timeLeftMs: 600_000, text: 'step 4 of 10' }
      await reportRun(place.home, {
        pid: process.pid,
        cycle: place.cycles()[0] ?? '',
        step: 'train',
        progress,
        startedAt: '2026-03-01T12:00:00.000Z',
      })
      return place
    },
    wrong: /train running: step 4 of 10, 40%, about 10 min left .*is still at work \(train\)/,
    todo: /What to do: nothing: it is at work/,
  },
  'a step that was interrupted': {
    arrange: async () => {
      const place = readyPlace()
      await place.runUntilNext('train')
      return place
    },
    wrong: /stopped before train, and nobody works on it now/,
    todo: /What to do: nothing: the next check goes on from there/,
  },
  'a held-out item that was edited before the next step': {
    arrange: async () => {
      const place = readyPlace()
      await place.runUntilNext('train')
      writeFileSync(place.home.pinned, readFileSync(place.home.pinned, 'utf8').replace('"expected":"', '"expected":"not '))
      return place
    },
    wrong: /is at train: .*pinned\.jsonl is not as it was written/,
    todo: /What to do: Restore it from a backup, or give an item up with "genesis-improve gate retire ITEM/,
  },
  'a timer that never ran': {
    arrange: () => readyPlace(),
    wrong: /Checked never .*a cycle is due; the next check opens it/,
    todo: /What to do: No check has run yet: see whether the timer runs \("genesis-improve doctor"\), or run "genesis-improve check --until-idle"/,
  },
  'a timer that runs no more, in the middle of a cycle': {
    arrange: async () => {
      const place = readyPlace()
      await place.runUntilNext('train')
      place.nowMs += 50 * hourMs
      return place
    },
    wrong: /Checked 2026-03-01 12:00 UTC \(2 d 2 h ago\).*stopped before train/,
    todo: /What to do: No check has run since 2026-03-01 12:00 UTC: see whether the timer runs/,
  },
}

/** An hour of the machine's own time in which this moment is not. */
function windowWithout(nowMs: number): string {
  const hour = (new Date(nowMs).getHours() + 5) % 23
  const two = (value: number): string => String(value).padStart(2, '0')
  return `${two(hour)}:00-${two(hour + 1)}:00`
}

describe('status says what is wrong and what to do', () => {
  for (const [name, { arrange, wrong, todo }] of Object.entries(cases)) {
    test(`after ${name}`, async () => {
      const place = await arrange()
      mkdirSync(place.home.data, { recursive: true })
      const text = await told(place)
      assert.match(text, wrong)
      assert.match(text, todo)
      assert.ok((text.match(/What to do: /g)?.length ?? 0) <= 1, text)
    })
  }

  test('and has nothing to advise when all is well', async () => {
    assert.doesNotMatch(await told(await settled(readyPlace())), /What to do/)
    assert.doesNotMatch(await told(new Workplace(newPlace())), /What to do/)
  })
})
