import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { isTrainableType, trainingProblems } from '../../src/engine/base-support.ts'
import { crashError, refusalError } from '../../src/engine/failures.ts'
import { decodeReply, encodeReply, encodeRequest } from '../../src/engine/protocol.ts'
import { learningRateAt } from '../../src/engine/train.ts'

describe('the line protocol', () => {
  test('requests are ASCII and mean what they meant', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (content) => {
        const request = { id: 1, command: 'answer' as const, messages: [{ role: 'user', content }] }
        const line = encodeRequest(request)
        assert.match(line, /^[\x20-\x7f]*$/)
        assert.deepEqual(JSON.parse(line), request)
      }),
    )
  })

  test('a reply is found behind chatter without a line end; chatter and torn lines are none', () => {
    const reply = { kind: 'done' as const, id: 3, value: { text: 'ünï' } }
    assert.deepEqual(decodeReply(encodeReply(reply)), reply)
    assert.deepEqual(decodeReply(`repack: ${encodeReply(reply)}`), reply)
    assert.equal(decodeReply('load: model'), undefined)
    assert.equal(decodeReply(encodeReply(reply).slice(0, -5)), undefined)
    fc.assert(fc.property(fc.string(), (line) => void decodeReply(line)))
  })
})

describe('what failures of the engine mean', () => {
  const end = { exitCode: 1, signal: null, startError: null }

  test('its refusals', () => {
    const quantisation = refusalError('Finetuning is not supported for this quantization type (file_type=15). Supported: F32')
    assert.deepEqual([quantisation.code, quantisation.temporary], ['GI-BASE-UNSUPPORTED', false])
    assert.equal(refusalError('Finetuning is not supported for architecture: llama').code, 'GI-BASE-UNSUPPORTED')
    assert.equal(refusalError('write failed: No space left on device').code, 'GI-DISK-FULL')
    assert.equal(refusalError('LoRA rank must be greater than zero').code, 'GI-ENGINE-REFUSED')
  })

  test('its unexpected ends, with its last words', () => {
    const crash = crashError({ ...end, exitCode: null, signal: 'SIGSEGV' }, ['one', 'two'])
    assert.deepEqual([crash.code, crash.temporary, crash.why], ['GI-ENGINE-CRASHED', true, 'it was ended by SIGSEGV\none\ntwo'])
    assert.equal(crashError(end, ['fwrite: No space left on device']).code, 'GI-DISK-FULL')
    assert.equal(crashError({ ...end, startError: 'ENOENT' }, []).code, 'GI-ENGINE-MISSING')
    const long = crashError(end, ['Skipping conversation 0: too long (92 tokens > 32)', 'GGML_ASSERT(ndata > 0) failed'])
    assert.deepEqual([long.code, long.temporary], ['GI-ENGINE-REFUSED', false])
  })

  test('a base of another architecture is named with what can be used; any type that can be computed with will do', () => {
    assert.deepEqual(trainingProblems({ architecture: 'qwen3' }), [])
    const [problem] = trainingProblems({ architecture: 'llama' })
    assert.equal(problem?.code, 'GI-BASE-UNSUPPORTED')
    assert.match(`${problem.what} ${problem.remedy}`, /llama.*qwen3/)
    assert.deepEqual([undefined, 'F16', 'Q8_0', 'Q4_K_M', 'BF16'].map(isTrainableType), [true, true, true, false, false])
  })
})

test('the learning rate falls along half a cosine from the peak to the minimum', () => {
  const settings = { learningRate: 3, minimumLearningRate: 1 }
  // The middle of one step is the middle of the schedule; of the first of two steps it is a quarter: 1 + 2 (1 + cos 45 degrees) / 2.
  assert.ok(Math.abs(learningRateAt(0, 1, settings) - 2) < 1e-12)
  assert.ok(Math.abs(learningRateAt(0, 2, settings) - (2 + Math.SQRT1_2)) < 1e-12)
  assert.ok(Math.abs(learningRateAt(1, 2, settings) - (2 - Math.SQRT1_2)) < 1e-12)
  assert.equal(learningRateAt(5, 10, { learningRate: 1, minimumLearningRate: 2 }), 1)
})
