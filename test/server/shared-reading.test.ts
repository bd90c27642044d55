import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inTurn } from '../../src/server/in-turn.ts'
import { SharedReading } from '../../src/server/shared-reading.ts'

test('who asks while a reading is fresh gets the same; later, after a change or a failure a new one is made', async () => {
  let nowMs = 0
  let readings = 0
  let fails = false
  const reading = new SharedReading(
    async () => {
      readings += 1
      if (fails) throw new Error('away')
      return await Promise.resolve(readings)
    },
    1000,
    () => nowMs,
  )
  assert.deepEqual(await Promise.all([reading.get(), reading.get()]), [1, 1])
  nowMs = 999
  assert.equal(await reading.get(), 1)
  nowMs = 1000
  assert.equal(await reading.get(), 2)
  reading.forget()
  assert.equal(await reading.get(), 3)
  // A clock that was set back must not keep an old reading for hours.
  nowMs = -5000
  assert.equal(await reading.get(), 4)
  fails = true
  reading.forget()
  await assert.rejects(reading.get(), /away/)
  fails = false
  assert.equal(await reading.get(), 6)
})

test('work is done one after the other, also after one that failed', async () => {
  const turn = inTurn()
  const told: string[] = []
  const work = (name: string, fails = false) =>
    turn(async () => {
      told.push(`${name} begins`)
      await new Promise((resolve) => setImmediate(resolve))
      told.push(`${name} ends`)
      if (fails) throw new Error(name)
      return name
    })
  const results = await Promise.allSettled([work('a'), work('b', true), work('c')])
  assert.deepEqual(
    results.map(({ status }) => status),
    ['fulfilled', 'rejected', 'fulfilled'],
  )
  assert.deepEqual(told, ['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends'])
})
