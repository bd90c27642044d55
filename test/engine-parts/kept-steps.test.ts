import assert from 'node:assert/strict'
import test from 'node:test'
import { keptSteps } from '../../src/engine/kept-steps.ts'

test('adapters are kept at the ends of passes, the newest first to stay; the end of the training is kept anyhow', () => {
  // 28 steps of 2.45 passes: the first ends at 28 / 2.45 = 11.4, the second at 22.9.
  assert.deepEqual(keptSteps(28, 2.45, 4), [11, 23])
  assert.deepEqual(keptSteps(28, 2.45, 2), [23])
  assert.deepEqual(keptSteps(28, 2.45, 1), [])
  assert.deepEqual(keptSteps(40, 4, 4), [10, 20, 30])
  assert.deepEqual(keptSteps(40, 4, 3), [20, 30])
})

test('a training of less than two passes, or of hardly a step, has no earlier end', () => {
  assert.deepEqual([keptSteps(10, 1, 4), keptSteps(10, 0.5, 4), keptSteps(1, 3, 4)], [[], [], []])
  assert.deepEqual(keptSteps(2, 3, 4), [1])
})
