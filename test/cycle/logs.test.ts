import assert from 'node:assert/strict'
import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, test } from 'node:test'
import { cycleLogFile } from '../../src/cycle/cycle-log.ts'
import { freeTraining } from '../../src/cycle/free-training.ts'
import { loggedCycle, readCycleLog } from '../../src/cycle/read-log.ts'
import type { LoggedLine, LogRequest } from '../../src/cycle/read-log.ts'
import { linesOf, newPlace, readyPlace, Workplace } from './workplace.ts'

async function logOf(place: Workplace, request: Partial<LogRequest> = {}): Promise<LoggedLine[]> {
  const lines: LoggedLine[] = []
  const cycle = await loggedCycle(place.workshop, undefined)
  for await (const line of readCycleLog(place.workshop, cycle, { step: undefined, follow: false, ...request })) lines.push(line)
  return lines
}

/** `step event` of each line, or what stands there. */
const brief = (lines: readonly LoggedLine[]): string[] =>
  lines.map((line) => ('entry' in line ? `${line.entry.step ?? '-'} ${line.entry.event}` : 'text' in line ? line.text : line.damaged))

const stepsOfCycle = ['collect', 'prepare', 'train', 'package', 'evaluate', 'decide', 'deploy', 'conclude']

describe('the log of a cycle', () => {
  test('has its opening, the start and the end of each step, and its end, each with the cycle and the step', async () => {
    const place = readyPlace()
    await place.runToEnd()
    const [cycle = ''] = place.cycles()
    const lines = linesOf(cycleLogFile(path.join(place.home.cycles, cycle))) as { cycle: string }[]
    assert.deepEqual(new Set(lines.map((line) => line.cycle)), new Set([cycle]))
    const events = brief(await logOf(place)).filter((line) => !line.endsWith(' progress'))
    const expected = stepsOfCycle.flatMap((step) => [`${step} step-started`, `${step} step-finished`])
    assert.deepEqual(events, ['- cycle-opened', ...expected, '- cycle-closed'])
    assert.deepEqual(brief(await logOf(place, { step: 'decide' })), ['decide step-started', 'decide step-finished'])
    // A closed cycle has nothing to wait for.
    assert.deepEqual(await logOf(place, { follow: true }), await logOf(place))
  })

  test('goes on after a line that a kill cut short, which spoils itself only and is shown as it stands', async () => {
    const place = readyPlace()
    await place.runUntilNext('prepare')
    const [cycle = ''] = place.cycles()
    const file = cycleLogFile(path.join(place.home.cycles, cycle))
    const whole = readFileSync(file, 'utf8').split('\n').length - 1
    truncateSync(file, readFileSync(file).length - 10)
    assert.equal((await logOf(place)).length, whole)
    const torn = (await logOf(place)).at(-1)
    assert.ok(torn !== undefined && 'damaged' in torn && torn.damaged.startsWith('{"level":"info"'))
    await place.check()
    const lines = await logOf(place)
    assert.deepEqual(lines[whole - 1], torn)
    assert.equal(brief(lines)[whole], 'prepare step-started')
  })

  test('is not needed: a cycle goes on without it', async () => {
    const place = readyPlace()
    await place.runUntilNext('prepare')
    const [cycle = ''] = place.cycles()
    const file = cycleLogFile(path.join(place.home.cycles, cycle))
    rmSync(file)
    mkdirSync(file)
    assert.equal((await place.runToEnd()).at(-1)?.outcome, 'DEPLOY')
  })

  test('is told as it comes while it is followed', async () => {
    const place = readyPlace()
    await place.runUntilNext('prepare')
    const cycle = await loggedCycle(place.workshop, undefined)
    const following = readCycleLog(place.workshop, cycle, { step: 'conclude', follow: true })
    const first = following.next()
    await place.runToEnd()
    const line = (await first).value as LoggedLine
    assert.ok('entry' in line && line.entry.event === 'step-started')
    const rest: LoggedLine[] = []
    for await (const more of following) rest.push(more)
    assert.deepEqual(brief(rest), ['conclude step-finished'])
  })
})

describe('what the trainer printed', () => {
  test('stands behind the log, with --step train only, from its directory or beside it', async () => {
    const place = readyPlace()
    await place.runUntilNext('package')
    const [cycle = ''] = place.cycles()
    const directory = path.join(place.home.cycles, cycle)
    const training = path.join(directory, 'training')
    appendFileSync(path.join(training, 'training.log'), 'epoch 1\nepoch')
    assert.deepEqual(brief(await logOf(place)).slice(-2), ['epoch 1', 'epoch'])
    assert.ok(!brief(await logOf(place, { step: 'collect' })).includes('epoch 1'))
    await freeTraining(directory)
    await freeTraining(directory)
    assert.equal(existsSync(training), false)
    assert.deepEqual(brief(await logOf(place, { step: 'train' })).slice(-2), ['epoch 1', 'epoch'])
  })

  test('outlives the cycle, however that ends', async () => {
    const place = readyPlace()
    place.trainer.faults.leaveNothing = true
    place.trainer.faults.afterEach = () => {
      const [cycle = ''] = place.cycles()
      writeFileSync(path.join(place.home.cycles, cycle, 'training', 'training.log'), 'out of memory\n')
    }
    await place.runUntilNext('train')
    for (let count = 0; count < 10; count += 1) if ((await place.check()).outcome === 'FAILED') break
    assert.equal((await place.state()).last_cycle?.outcome, 'FAILED')
    assert.ok(brief(await logOf(place)).includes('out of memory'))
  })
})

test('there is no log before the first cycle, and none of a cycle that is not there', async () => {
  const place = new Workplace(newPlace())
  await assert.rejects(loggedCycle(place.workshop, undefined), { code: 'GI-CYCLE-UNKNOWN' })
  await assert.rejects(loggedCycle(place.workshop, 'cycle-20260101-000000'), { code: 'GI-CYCLE-UNKNOWN' })
})
