import { describe, test } from 'node:test'
import { failing, temporaryHome } from './program.ts'

describe('approve and reject', () => {
  for (const command of ['approve', 'reject']) {
    test(`${command} without an open cycle ends with 10 GI-NO-OPEN-CYCLE`, async (t) => {
      const home = temporaryHome(t)
      await failing([command, '--home', home.root], 10, 'GI-NO-OPEN-CYCLE')
      await failing([command, 'cycle-20260101-000000', '--home', home.root], 10, 'GI-NO-OPEN-CYCLE')
    })
  }
})
