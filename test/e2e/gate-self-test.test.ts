import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { SelfTest } from '../../src/gate/self-test.ts'
import { failing, genesis, genesisJson, temporaryDirectory } from './program.ts'

interface Printed extends SelfTest {
  cycle: string | null
  attempts: number
  text: string
}

describe('gate self-test', () => {
  test('in a fresh home takes the sizes to aim at, the assumed share and the level of a first attempt', async (t) => {
    const home = temporaryDirectory(t)
    const printed = await genesisJson<Printed>(['gate', 'self-test', '--home', home, '--simulations', '200'])
    assert.deepEqual(printed.sizes, { gate: 40, retention: 200 })
    assert.deepEqual([printed.cycle, printed.attempts, printed.simulations, printed.limits.alpha], [null, 0, 200, 0.05])
    assert.deepEqual([printed.failureShare.value, printed.failureShare.lower, printed.failureShare.upper], [0.1, 0.05, 0.2])
    assert.ok(printed.falseDeploys.noBetter < 0.1 && printed.falseDeploys.worse < 0.03)
    assert.match(printed.text, /^With 40 gate and 200 retention items a model must fix about \d+% of the corrections/)
  })

  test('says in words what it takes, in lines that fit a terminal', async (t) => {
    const args = ['gate', 'self-test', '--home', temporaryDirectory(t), '--gate', '40', '--retention', '200', '--failure-share', '0.1']
    const { code, stdout, stderr } = await genesis([...args, '--simulations', '200'])
    assert.deepEqual([code, stderr], [0, ''])
    assert.match(stdout, /sabotaged, fixes 20% +-25\.0 +0\.0% +100\.0% +0\.0%/)
    // 36% in the table of the design, in steps of two points.
    assert.match(stdout.replaceAll(/\s+/g, ' '), /a model must fix about 3[56]% of the corrections to be deployed/)
    for (const line of stdout.split('\n')) assert.ok(line.length <= 80, line)
  })

  test('names what is missing where nothing could be deployed', async (t) => {
    const home = temporaryDirectory(t)
    const printed = await genesisJson<Printed>(['gate', 'self-test', '--home', home, '--simulations', '100', '--gate', '5'])
    assert.match(printed.text, /With 5 gate and 200 retention items no model can be deployed, however good; with 20 more gate/)
  })

  test('--artefacts says what is missing where there is no model', async (t) => {
    await failing(['gate', 'self-test', '--home', temporaryDirectory(t), '--artefacts'], 10, 'GI-BASE-MISSING')
  })

  test('refuses numbers that make no sense', async (t) => {
    const args = ['gate', 'self-test', '--home', temporaryDirectory(t)]
    for (const option of [
      ['--simulations', '5'],
      ['--gate', '-1'],
      ['--retention', 'x'],
      ['--failure-share', '2'],
    ])
      await failing([...args, ...option], 2, 'GI-USAGE')
  })
})
