import assert from 'node:assert/strict'
import { test } from 'node:test'
import { exitCodeOf } from '../../src/doctor/examine.ts'
import { failure, ok, warning } from '../../src/doctor/finding.ts'

const away = failure('runtime', { code: 'GI-OLLAMA-AWAY', what: 'away', remedy: 'start it' })
const missing = failure('base', { code: 'GI-BASE-MISSING', what: 'missing', remedy: 'set one' })

test('warnings do no harm; failures that may mend themselves are 12, and one that does not is 10', () => {
  assert.equal(exitCodeOf([]), 0)
  assert.equal(exitCodeOf([ok('disk', 'enough'), warning('timer', 'none', 'install it')]), 0)
  assert.equal(exitCodeOf([ok('disk', 'enough'), away]), 12)
  assert.equal(exitCodeOf([away, missing]), 10)
})
