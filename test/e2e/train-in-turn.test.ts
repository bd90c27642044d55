import assert from 'node:assert/strict'
import { once } from 'node:events'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { packageRoot } from '../../src/system/package-root.ts'
import { newPlace, readyPlace } from '../cycle/workplace.ts'
import type { Workplace } from '../cycle/workplace.ts'
import { genesisJson, startProgram } from './program.ts'

interface CheckDocument {
  action: string
  waitingFor: string | null
  next: string | null
  explanation: string
}

const lock = path.join(newPlace(), 'training.lock')

/** A home whose open cycle is about to train with a real program, and shares its lock with others. */
async function aboutToTrain(): Promise<Workplace> {
  const program = path.join(packageRoot(), 'test', 'fakes', 'training-program.ts')
  const trainer = {
    ...{ kind: 'command', command: { program: process.execPath, args: ['--import', import.meta.resolve('tsx'), program] } },
    ...{ rank: 2, alpha: 4, targetModules: ['attn_q'], lock },
  }
  const place = readyPlace({ trainer })
  await place.runUntilNext('train')
  writeFileSync(place.home.config, JSON.stringify(place.config))
  return place
}

const check = async ({ home }: Workplace): Promise<CheckDocument> =>
  await genesisJson<CheckDocument>(['check', '--once', '--home', home.root])

describe('two homes of one machine', () => {
  test('train one after the other; the second waits, says for whom, and goes on when the first was killed', async () => {
    const [first, second] = [await aboutToTrain(), await aboutToTrain()]
    const training = startProgram(['check', '--once', '--home', first.home.root])
    while (!existsSync(lock) || readFileSync(lock, 'utf8') === '') await sleep(20)

    const waiting = await check(second)
    assert.deepEqual([waiting.action, waiting.waitingFor, waiting.next], ['waiting', 'training', 'train'])
    assert.ok(waiting.explanation.includes(first.home.root), waiting.explanation)
    const status = await genesisJson<{ why_not_deployed: string }>(['status', '--home', second.home.root])
    assert.match(status.why_not_deployed, /waits: another home trains on this machine/)

    training.kill('SIGKILL')
    await once(training, 'exit')
    assert.deepEqual([(await check(second)).action, (await check(first)).action], ['ran', 'resumed'])
  })
})
