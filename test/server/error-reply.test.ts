import assert from 'node:assert/strict'
import { test } from 'node:test'
import { errorTable, GenesisError } from '../../src/errors.ts'
import type { ErrorCode } from '../../src/errors.ts'
import { errorReply, toGenesisError } from '../../src/server/error-reply.ts'

test('only a bug is 500, and what may be mended by waiting is 503 with when to try again', () => {
  for (const code of Object.keys(errorTable) as ErrorCode[]) {
    const { status, headers } = errorReply(new GenesisError(code))
    assert.equal(status === 500, code === 'GI-BUG', code)
    if (errorTable[code].temporary) assert.deepEqual([status, headers?.['retry-after']], [503, '10'], code)
  }
})

test('what the server library refuses is an error of the request; what else is thrown is a bug', () => {
  const refusal = (statusCode: number) => toGenesisError(Object.assign(new Error('text'), { statusCode })).code
  assert.deepEqual(
    [refusal(400), refusal(415), refusal(413), refusal(500)],
    ['GI-REQUEST-INVALID', 'GI-REQUEST-INVALID', 'GI-REQUEST-TOO-LARGE', 'GI-BUG'],
  )
  assert.equal(toGenesisError(new TypeError('x')).code, 'GI-BUG')
  assert.equal(toGenesisError('x').code, 'GI-BUG')
})
