import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { ahead } from '../../src/gguf/ahead.ts'

test('pieces come in order however long each takes, and no more than the depth are begun at once', async () => {
  let [running, most] = [0, 0]
  const step = (index: number) => async () => {
    most = Math.max(most, ++running)
    await sleep((7 * index) % 5)
    running--
    return Uint8Array.of(index)
  }
  const seen: number[] = []
  for await (const piece of ahead(
    Array.from({ length: 20 }, (_, index) => step(index)),
    3,
  ))
    seen.push(piece[0] ?? -1)
  assert.deepEqual(seen, [...Array(20).keys()])
  assert.equal(most, 3)
})

test('a failure comes when its turn has come, and later ones are not unhandled', async () => {
  const seen: number[] = []
  const steps = [0, 1, 2, 3].map((index) => async () => {
    if (index >= 2) throw new Error(`step ${index}`)
    await sleep(5)
    return Uint8Array.of(index)
  })
  const readAll = async () => {
    for await (const piece of ahead(steps, 4)) seen.push(piece[0] ?? -1)
  }
  await assert.rejects(readAll(), /step 2/)
  assert.deepEqual(seen, [0, 1])
})
