import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { GenesisError } from '../../src/errors.ts'
import { writeError } from '../../src/state/files.ts'
import { readyPlace, Workplace } from './workplace.ts'

const systemError = (code: string): Error => Object.assign(new Error(`${code}: write`), { code })
const failures: [string, Error, string, number][] = [
  ['a disk that stumbles', systemError('EIO'), 'GI-SYSTEM-FAILED', 12],
  ['a disk that is full, wherever that shows', systemError('ENOSPC'), 'GI-DISK-FULL', 12],
  ['too many open files', systemError('EMFILE'), 'GI-SYSTEM-FAILED', 12],
  ['a home that cannot be written', writeError(systemError('EROFS'), 'a file') as Error, 'GI-HOME-READ-ONLY', 10],
  ['a proxy in the place of the server', new GenesisError('GI-OLLAMA-UNEXPECTED'), 'GI-OLLAMA-UNEXPECTED', 10],
]

describe('a step that meets what may pass is tried again', () => {
  for (const [what, failure, code, exitCode] of failures)
    test(what, async () => {
      const place = readyPlace()
      await place.runUntilNext('evaluate')
      place.runtime.promptConvention = () => Promise.reject(failure)
      const { action, waitingFor, error } = await place.check()
      assert.deepEqual([action, waitingFor, error?.code, error?.exitCode], ['failed', 'retry', code, exitCode])
      const next = new Workplace(place.home.root, place.config)
      next.generations = [...place.generations]
      await next.runToEnd()
      assert.equal((await next.state()).last_cycle?.outcome, 'DEPLOY')
    })

  test('anything else that is no error of ours is a bug, and fails it for good', async () => {
    const place = readyPlace()
    await place.runUntilNext('evaluate')
    place.runtime.promptConvention = () => Promise.reject(systemError('EXDEV'))
    const { outcome, error } = await place.check()
    assert.deepEqual([outcome, error?.code], ['FAILED', 'GI-STEP-FAILED'])
  })
})
