import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { Config } from '../../src/config/schema.ts'
import { sizedSettings } from '../../src/trainers/sizing.ts'
import { trainingSettings } from '../../src/trainers/settings.ts'
import { planTraining } from '../../src/trainers/training-plan.ts'

const configured = (trainer: object) => Config.parse({ trainer: { kind: 'mlx', model: 'model', ...trainer } }).trainer
const planned = (trainer: object, size: { parameters: number; rows: number }) => {
  const config = configured(trainer)
  return planTraining(config, trainingSettings(config), size)
}

describe('settings that are left out', () => {
  test('go by the size of the model and the number of examples', () => {
    // 200 rows, 8 for a step: 25 steps a pass, so 60 steps take 3 passes.
    assert.deepEqual(sizedSettings({ parameters: 600e6, rows: 200 }), {
      ...{ learningRate: 2e-4, epochs: 3, contextLength: 1024, batchSize: 4, accumulation: 2 },
    })
    assert.deepEqual(sizedSettings({ parameters: 8e9, rows: 5000 }), {
      ...{ learningRate: 2e-4, epochs: 2, contextLength: 1024, batchSize: 1, accumulation: 16 },
    })
    assert.deepEqual(sizedSettings({ parameters: 600e3, rows: 20 }), {
      ...{ learningRate: 1e-3, epochs: 5, contextLength: 1024, batchSize: 4, accumulation: 1 },
    })
    assert.equal(sizedSettings({ parameters: 70e9, rows: 20 }).learningRate, 1e-4)
  })

  test('give way to what is set', () => {
    const set = {
      learningRate: 0.01,
      epochs: 7,
      contextLength: 512,
      batchSize: 3,
      accumulation: 2,
      schedule: 'linear',
      lossOn: 'everything',
    }
    const plan = planned(set, { parameters: 600e6, rows: 60 })
    const { learningRate, contextLength, batchSize, accumulation, schedule, answersOnly, steps } = plan
    // 7 passes over 60 rows, 6 for a step.
    assert.deepEqual(
      { learningRate, contextLength, batchSize, accumulation, schedule, answersOnly, steps },
      {
        ...{ learningRate: 0.01, contextLength: 512, batchSize: 3, accumulation: 2, schedule: 'linear', answersOnly: false, steps: 70 },
      },
    )
    assert.equal(planned({ steps: 11, epochs: 7 }, { parameters: 1e9, rows: 60 }).steps, 11)
  })

  test('a batch holds no more than there is, there is always a step, and the rate never rises', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e6 }), fc.double({ min: 1e5, max: 1e12, noNaN: true }), (rows, parameters) => {
        const plan = planned({}, { parameters, rows })
        assert.ok(plan.batchSize >= 1 && plan.batchSize <= rows && plan.steps >= 1 && Number.isInteger(plan.accumulation))
        assert.ok(plan.minimumLearningRate <= plan.learningRate)
      }),
    )
  })

  test('tensors are named as Hugging Face names layers', () => {
    assert.deepEqual(planned({ targetModules: ['attn_output', 'ffn_gate'] }, { parameters: 1, rows: 1 }).modules, [
      ...['self_attn.o_proj', 'mlp.gate_proj'],
    ])
  })
})
