import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { mock, test } from 'node:test'
import { foresee } from '../../src/cycle/foresee.ts'
import { readStatus } from '../../src/cycle/status.ts'
import { readyPlace } from './workplace.ts'

test('commands that only look do not wait for the writer of a half written learnings file: they answer though no time passes', async (t) => {
  const place = readyPlace()
  writeFileSync(place.home.learningsJson, '{"learnings":[')
  mock.timers.enable({ apis: ['setTimeout'] })
  syncBuiltinESMExports()
  t.after(() => {
    mock.timers.reset()
    syncBuiltinESMExports()
  })
  const unreadable = { code: 'GI-LEARNINGS-UNREADABLE', exitCode: 12 }
  await assert.rejects(readStatus(place.workshop, place.config), unreadable)
  await assert.rejects(foresee(place.workshop, place.config), unreadable)
})
