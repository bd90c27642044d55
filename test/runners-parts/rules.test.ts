import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { configDigest } from '../../src/config/load-config.ts'
import { Config } from '../../src/config/schema.ts'
import { costOf } from '../../src/runners/cost.ts'
import { parseLook } from '../../src/runners/job-folder.ts'
import { parseListing, requireSame } from '../../src/runners/listing.ts'
import { machineBySsh } from '../../src/runners/machine-by-ssh.ts'
import { queueStateOf } from '../../src/runners/ray.ts'
import { endOfRun } from '../../src/runners/run-state.ts'
import { asksForCards, parseSqueue, refusalIn, submitScript } from '../../src/runners/slurm.ts'
import { timeLimit } from '../../src/runners/time-limit.ts'
import type { RunEnd } from '../../src/runners/port.ts'
import { failedRun } from '../../src/trainers/failed-run.ts'
import { ProgressReader } from '../../src/trainers/program-output.ts'
import { placeThere } from '../../src/trainers/python-place.ts'

const digest = 'a'.repeat(64)

describe('how long a training may run', () => {
  test('is its time limit, or what the money pays for if that is less', () => {
    assert.equal(timeLimit({ timeLimitHours: 24, runner: {} }).hours, 24)
    assert.equal(timeLimit({ timeLimitHours: 24, runner: { costPerHour: 2 } }).hours, 24)
    const { hours, because } = timeLimit({ timeLimitHours: 24, runner: { costPerHour: 2, maximumCost: 5 } })
    assert.deepEqual([hours, because], [2.5, 'trainer.runner.maximumCost is 5 at 2 an hour'])
    assert.equal(timeLimit({ timeLimitHours: 2, runner: { costPerHour: 2, maximumCost: 5 } }).hours, 2)
  })

  test('an hour and a half at 2.50 is 3.75; without a price nothing is said', () => {
    assert.deepEqual([costOf(5_400_000, 2.5), costOf(5_400_000, undefined)], [3.75, null])
  })
})

describe('what a machine says of a job', () => {
  test('is read up to the log, whatever that holds', () => {
    const look = parseLook([
      'root /home/me/jobs',
      'free 1000',
      'output',
      'state ended',
      'exit 137',
      'elapsed 12',
      'log',
      'state begun',
      'log',
    ])
    assert.deepEqual(
      [look.root, look.freeKilobytes, look.hasOutput, look.state, look.exitStatus, look.elapsedSeconds, look.lines],
      ['/home/me/jobs', 1000, true, 'ended', 137, 12, ['state begun', 'log']],
    )
    // 137 = 128 + 9, and a disk with less than a MiB is full.
    const end = endOfRun(look, 'why')
    assert.deepEqual([end.exitCode, end.signal, end.limit, end.diskIsFull], [null, 'SIGKILL', null, true])
  })

  test('steps are counted on from those of which its newest lines say nothing any more', () => {
    assert.deepEqual([parseLook(['state begun', 'counted 7', 'log']).counted, parseLook(['state begun']).counted], [7, 0])
    const reader = new ProgressReader(0, { done: 4, total: 20 }, () => ({ another: true }), 7)
    // 4 of an earlier attempt, 7 unseen, and this one; 8 of this attempt took 800 ms, so the last 8 take as long.
    assert.deepEqual(reader.take('a step', 800), { step: 12, totalSteps: 20, loss: null, timeLeftMs: 800 })
  })

  test('a program that ends by itself after it was told to is one that was told to', () => {
    const stopped = parseLook(['root /r', 'state ended', 'exit 1', 'stopped'])
    assert.equal(endOfRun(stopped, '').signal, 'SIGTERM')
    const late = parseLook(['root /r', 'state ended', 'exit 0', 'stopped'])
    assert.deepEqual([endOfRun(late, '').exitCode, endOfRun(late, '').signal], [0, null])
  })

  test('something else than an answer is no answer', () => {
    assert.throws(() => parseLook(['Welcome to forge!']), { code: 'GI-RUNNER-AWAY' })
    assert.throws(() => parseLook([]), { code: 'GI-RUNNER-AWAY' })
  })
})

describe('files on both sides', () => {
  test('are known by sha256sum, shasum and openssl alike', () => {
    assert.deepEqual(
      [...parseListing([`${digest}  ./a/b c`, `${digest} *./d`])],
      [
        ['a/b c', digest],
        ['d', digest],
      ],
    )
    assert.throws(() => parseListing(['sha256sum: x: Permission denied']), { code: 'GI-RUNNER-DIFFERS' })
  })

  test('one that is missing, too many or another is named', () => {
    const sent = new Map([['a', digest]])
    requireSame(sent, new Map(sent), 'there')
    assert.throws(() => requireSame(sent, new Map(), 'there'), { why: 'a is missing there' })
    assert.throws(() => requireSame(sent, new Map([['a', 'b']]), 'there'), { why: 'a has another content there' })
    assert.throws(() => requireSame(sent, new Map([...sent, ['x', digest]]), 'there'), { why: 'x was not sent there' })
  })
})

describe('where a Python trains', () => {
  const lines = ['version 0.32.2', 'Linux', 'NVIDIA A10, 22502, 23028']

  test('its version and the cards of its machine are read from what it prints, whatever else that says', () => {
    const place = placeThere(['Welcome!', ...lines], undefined)
    // MiB are 1,048,576 bytes.
    assert.deepEqual(place, {
      version: '0.32.2',
      cards: [{ name: 'NVIDIA A10', freeBytes: 22502 * 1048576, totalBytes: 23028 * 1048576 }],
      onProcessor: false,
    })
    assert.deepEqual(placeThere(['Linux'], undefined), { version: null, cards: [], onProcessor: true })
    assert.equal(placeThere(['Darwin'], undefined).onProcessor, false)
  })

  test('in a queue it has the cards that are asked for, not those of the machine that submits', () => {
    assert.deepEqual(placeThere(lines, false), { version: '0.32.2', cards: null, onProcessor: true })
    assert.equal(placeThere(['Linux'], true).onProcessor, false)
    assert.deepEqual([['--gres=gpu:1'], ['--gpus=2'], ['--partition=gpu'], ['--mem=4G'], []].map(asksForCards), [
      true,
      true,
      true,
      false,
      false,
    ])
  })
})

describe('what queues say', () => {
  test('Slurm: waiting, at work, gone, away', () => {
    assert.deepEqual([['PENDING'], ['RUNNING'], ['COMPLETED'], []].map(parseSqueue), ['waiting', 'working', 'gone', 'gone'])
    assert.throws(() => parseSqueue(['refused', 'slurm_load_jobs error: Unable to contact slurm controller (connect failure)']), {
      code: 'GI-RUNNER-AWAY',
    })
  })

  test('Slurm: a wrong setting fails for good, a controller that is away does not', () => {
    assert.equal(refusalIn(['refused', 'sbatch: error: invalid partition specified: none'])?.temporary, false)
    assert.equal(refusalIn(['refused', 'sbatch: error: Unable to contact slurm controller'])?.temporary, true)
    assert.equal(refusalIn(['42']), null)
  })

  test('Slurm: the time limit is asked for in whole minutes, with two for the wrapper to end', () => {
    assert.match(submitScript('/r/jobs/j', 'j', 61, ['--gres=gpu:1']), / --time=4 --gres=gpu:1 \/r\/jobs\/j\/run\.sh /)
  })

  test('Ray: one submission at work is enough; what has ended, well or not, is gone', () => {
    assert.deepEqual(([['PENDING'], ['FAILED', 'RUNNING'], ['STOPPED', 'SUCCEEDED', 'FAILED'], []] as const).map(queueStateOf), [
      ...['waiting', 'working', 'gone', 'gone'],
    ])
  })

  test('ssh: 255 is the way there, any other status the command', () => {
    const machine = machineBySsh('forge', undefined)
    assert.equal(machine.unreached(255, 'me@forge: Permission denied (publickey).')?.code, 'GI-RUNNER-DENIED')
    assert.equal(machine.unreached(255, 'ssh: connect to host forge port 22: Connection refused')?.code, 'GI-RUNNER-AWAY')
    assert.equal(machine.unreached(1, 'mkdir: Permission denied'), null)
  })
})

describe('a run that failed', () => {
  const run: RunEnd = { exitCode: 0, signal: null, limit: null, diskIsFull: false, lastLines: ['last'], durationMs: 1 }
  const codeOf = (end: Partial<RunEnd>): [string | undefined, boolean | undefined] => {
    const error = failedRun({ program: '/x/train', cause: (lines) => lines.at(-1) ?? '' }, 'on forge', { ...run, ...end })
    return [error?.code, error?.temporary]
  }

  test('is tried again where waiting may help, and not where it fails by itself', () => {
    assert.deepEqual(codeOf({}), [undefined, undefined])
    assert.deepEqual(codeOf({ exitCode: 75 }), ['GI-TRAINER-AWAY', true])
    assert.deepEqual(codeOf({ exitCode: null, signal: 'SIGKILL' }), ['GI-TRAINER-KILLED', true])
    assert.deepEqual(codeOf({ exitCode: 1 }), ['GI-TRAINER-FAILED', false])
    assert.deepEqual(codeOf({ exitCode: null, signal: 'SIGSEGV' }), ['GI-TRAINER-FAILED', false])
    assert.deepEqual(codeOf({ exitCode: 0, limit: 'trainer.timeLimitHours is 1' }), ['GI-ENGINE-TIME-LIMIT', false])
    assert.deepEqual(codeOf({ exitCode: 1, diskIsFull: true }), ['GI-RUNNER-NO-ROOM', true])
    assert.deepEqual(codeOf({ exitCode: 1, lastLines: ['OSError: [Errno 28] No space left on device'] }), ['GI-RUNNER-NO-ROOM', true])
  })
})

describe('the configuration', () => {
  const command = { program: '/opt/train', model: '/models/base' }
  const issues = (trainer: object): string[] => (Config.safeParse({ trainer }).error?.issues ?? []).map(({ path }) => path.join('.'))

  test('where a training runs does not make it another one', () => {
    const digests = [{}, { runner: { kind: 'ssh', host: 'forge' } }].map((more) =>
      configDigest(Config.parse({ trainer: { kind: 'command', command, ...more } })),
    )
    assert.equal(digests[0], digests[1])
  })

  test('refuses what could be an option of a command, paths of this machine, and the embedded engine elsewhere', () => {
    const ssh = { kind: 'ssh', host: 'forge' }
    assert.deepEqual(issues({ kind: 'command', command, runner: ssh }), [])
    assert.deepEqual(issues({ kind: 'command', command, runner: { ...ssh, host: '-oProxyCommand=x' } }), ['trainer.runner.host'])
    assert.deepEqual(issues({ kind: 'command', command, runner: { ...ssh, directory: 'a b' } }), ['trainer.runner.directory'])
    assert.deepEqual(issues({ kind: 'command', command, runner: { kind: 'slurm', sbatch: ['--wrap=rm'] } }), ['trainer.runner.sbatch.0'])
    assert.deepEqual(issues({ kind: 'command', command: { program: './train' }, runner: ssh }), ['trainer.command'])
    assert.deepEqual(issues({ runner: ssh }), ['trainer.runner.kind'])
    const mlx = { kind: 'mlx', model: 'hf', python: '/opt/mlx/bin/python', runner: ssh }
    assert.deepEqual(issues(mlx), [])
    for (const python of [undefined, 'envs/bin/python']) assert.deepEqual(issues({ ...mlx, python }), ['trainer.python'])
    assert.deepEqual(issues({ ...mlx, runner: { ...ssh, model: '/models/hf' } }), [])
    assert.deepEqual(issues({ ...mlx, runner: { ...ssh, model: 'hf' } }), ['trainer.runner.model'])
    assert.deepEqual(issues({ ...mlx, runner: { model: '/models/hf' } }), ['trainer.runner.model'])
    assert.deepEqual(issues({ kind: 'command', command, runner: { ...ssh, model: '/models/hf' } }), ['trainer.runner.model'])
    assert.deepEqual(issues({ kind: 'command', command, runner: { ...ssh, maximumCost: 5 } }), ['trainer.runner.costPerHour'])
  })
})
