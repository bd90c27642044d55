import assert from 'node:assert/strict'
import { test } from 'node:test'
import { shownSafely } from '../../src/terminal/output.ts'

test('what a learning or a model says cannot steer the terminal; our own colours pass', () => {
  assert.equal(
    shownSafely('\u001b]0;another title\u0007 \u001b[2J\u009b1A\rover'),
    '\ufffd]0;another title\ufffd \ufffd[2J\ufffd1A\ufffdover',
  )
  assert.equal(shownSafely('\u001b[32mok\u001b[39m\n\tzwei, 二, 👍'), '\u001b[32mok\u001b[39m\n\tzwei, 二, 👍')
})
