import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, test } from 'node:test'
import type { TestContext } from 'node:test'
import type { PairedScore } from '../../src/gate/judgement.ts'
import { rowsOf } from '../gate/rows-of.ts'
import { failing, genesis, genesisJson, temporaryDirectory } from './program.ts'

type Counts = readonly [gains: number, losses: number, n: number]

interface JudgementDocument {
  verdict: string
  estimate: number
  interval: { lower: number; upper: number }
  strata: Record<string, { n: number; gains: number; losses: number; difference: number; lower: number; upper: number }>
  minimumDetectableEffect: number | null
  missing: Record<string, number>
  reasons: { code: string; text: string; items?: { id: string }[] }[]
  slices: { category: string; n: number; gains: number; losses: number; difference: number; p: number | null; decisive: boolean }[]
  alpha: number
  failureShare: { value: number; lower: number; upper: number }
}

/** The two result files as options. */
const files = (t: TestContext, gate: Counts, retention: Counts): string[] =>
  filesOf(t, [...rowsOf('gate', ...gate), ...rowsOf('retention', ...retention)])

function filesOf(t: TestContext, rows: readonly PairedScore[]): string[] {
  const linesOf = (model: 'baseline' | 'candidate'): string =>
    rows
      .map(({ baseline, candidate, ...row }) => `${JSON.stringify({ ...row, score: { baseline, candidate }[model], unknown: 1 })}\n`)
      .join('')
  return written(t, linesOf('baseline'), linesOf('candidate'))
}

function written(t: TestContext, baseline: string, candidate: string): string[] {
  const directory = temporaryDirectory(t)
  writeFileSync(path.join(directory, 'baseline.jsonl'), baseline)
  writeFileSync(path.join(directory, 'candidate.jsonl'), candidate)
  return ['gate', 'judge', '--baseline', path.join(directory, 'baseline.jsonl'), '--candidate', path.join(directory, 'candidate.jsonl')]
}

// From the table of reference values in the specification, computed there by two independent programs.
describe('gate judge gives the reference values, and exit 0 for DEPLOY alone', () => {
  for (const [gate, retention, options, [estimate, lower, upper], verdict, reasons] of [
    [[30, 2, 50], [0, 1, 100], ['--failure-share', '0.1'], [0.047, 0.0133, 0.0738], 'DEPLOY', []],
    [[30, 2, 50], [0, 1, 100], ['--failure-share', '.1', '--alpha', '0.0125'], [0.047, -0.0072, 0.0738], 'ABSTAIN', ['gain-not-shown']],
    [[40, 0, 50], [0, 0, 100], ['--failure-share', '0.1', '--failure-share-range', '0.05,0.2'], [0.08, 0.0144, 0.186], 'DEPLOY', []],
    // Without a share .1 [.05, .2] is assumed, which gives the row above.
    [[40, 0, 50], [0, 0, 100], [], [0.08, 0.0144, 0.186], 'DEPLOY', []],
    [[2, 8, 50], [0, 6, 100], ['--failure-share', '0.1'], [-0.066, -0.114, -0.0383], 'REFUSE', ['worse', 'retention-lost']],
    [[0, 0, 200], [0, 0, 800], ['--failure-share', '0.1'], [0, -0.0033, 0.0033], 'ABSTAIN', ['no-difference']],
  ] as const) {
    test(`${gate.join()}; ${retention.join()}; ${options.join(' ')}: ${verdict}`, async (t) => {
      const args = [...files(t, gate, retention), ...options]
      const judgement = await genesisJson<JudgementDocument>(args, { code: verdict === 'DEPLOY' ? 0 : 21 })
      assert.equal(judgement.verdict, verdict)
      for (const [found, wanted] of [
        [judgement.estimate, estimate],
        [judgement.interval.lower, lower],
        [judgement.interval.upper, upper],
      ] as const)
        assert.ok(Math.abs(found - wanted) <= 0.00005 + 1e-9, `${found} is not ${wanted}`)
      for (const code of reasons)
        assert.ok(
          judgement.reasons.some((reason) => reason.code === code && reason.text !== ''),
          code,
        )
    })
  }
})

test('gate judge --json has the fields of the contract', async (t) => {
  const judgement = await genesisJson<JudgementDocument>([...files(t, [30, 2, 50], [0, 1, 100]), '--failure-share', '0.1'])
  for (const field of ['verdict', 'estimate', 'interval', 'strata', 'minimumDetectableEffect', 'missing', 'reasons'])
    assert.ok(field in judgement, field)
  assert.deepEqual(Object.keys(judgement.strata).sort(), ['gate', 'regression', 'retention'])
  for (const stratum of Object.values(judgement.strata))
    assert.deepEqual(Object.keys(stratum).sort(), ['difference', 'gains', 'losses', 'lower', 'n', 'upper'])
  assert.deepEqual([judgement.strata['gate']?.gains, judgement.strata['gate']?.losses, judgement.strata['gate']?.n], [30, 2, 50])
})

test('gate judge --json tells level, failure share and every category, with the one that decided', async (t) => {
  const rows = [
    ...rowsOf('gate', 30, 2, 50),
    ...rowsOf('retention', 0, 0, 400),
    // 8 of 20 lost, none gained: p = 1/256, under .05/2.
    ...rowsOf('retention', 0, 8, 20, 'dates'),
    ...rowsOf('retention', 0, 1, 3, 'few'),
  ]
  const judgement = await genesisJson<JudgementDocument>([...filesOf(t, rows), '--failure-share', '0.1'], { code: 21 })
  const [dates] = judgement.slices
  assert.ok(Math.abs((dates?.p ?? 1) - 1 / 256) < 1e-12)
  assert.deepEqual(judgement.slices, [
    { category: 'dates', n: 20, gains: 0, losses: 8, difference: -0.4, p: dates?.p, decisive: true },
    { category: 'few', n: 3, gains: 0, losses: 1, difference: -1 / 3, p: null, decisive: false },
    { category: 'general', n: 450, gains: 30, losses: 2, difference: 28 / 450, p: judgement.slices[2]?.p, decisive: false },
  ])
  assert.equal(judgement.alpha, 0.05)
  assert.deepEqual([judgement.failureShare.value, judgement.failureShare.lower, judgement.failureShare.upper], [0.1, 0.1, 0.1])
  const { stdout } = await genesis([...filesOf(t, rows), '--failure-share', '0.1'])
  assert.match(stdout, /dates +20 +0 +8 +-40\.0 points +0\.004 +lost\n/)
  for (const line of stdout.split('\n')) assert.ok(line.length <= 80, line)
})

test('gate judge counts rows of one cluster as one item', async (t) => {
  const gate = rowsOf('gate', 40, 0, 40).map((row, index) => ({ ...row, cluster: `c${index % 10}` }))
  const judgement = await genesisJson<JudgementDocument>(filesOf(t, [...gate, ...rowsOf('retention', 0, 0, 200)]), { code: 21 })
  assert.equal(judgement.strata['gate']?.n, 10)
  assert.equal(judgement.reasons[0]?.code, 'too-few-items')
})

test('gate judge shows the worst lost items, with the answers where the rows tell them', async (t) => {
  const asked = (score: number, answer: string) => ({
    id: 'peru',
    stratum: 'retention',
    score,
    input: 'Capital of Peru?',
    expected: 'Lima',
    answer,
  })
  const plain = rowsOf('retention', 0, 9, 99).map(({ id, stratum, baseline, candidate }) => ({
    id,
    stratum,
    scores: [baseline, candidate],
  }))
  const lines = (model: 0 | 1, own: object): string =>
    [own, ...plain.map(({ scores, ...row }) => ({ ...row, score: scores[model], answer: 5 }))]
      .map((row) => `${JSON.stringify(row)}\n`)
      .join('')
  const args = written(t, lines(0, asked(1, 'Lima')), lines(1, asked(0, 'Cusco')))
  const judgement = await genesisJson<JudgementDocument>(args, { code: 21 })
  const reason = judgement.reasons.find(({ code }) => code === 'retention-lost')
  assert.deepEqual(
    reason?.items?.map(({ id }) => id),
    ['general-retention-0', 'general-retention-1', 'general-retention-2'],
  )
  const named = await genesis(args)
  assert.match(named.stdout, /item +general-retention-0/)
  const only = await genesis(
    written(t, lines(0, asked(1, 'Lima')).replaceAll('general', 'z'), lines(1, asked(0, 'Cusco')).replaceAll('general', 'z')),
  )
  assert.match(only.stdout, /asked +Capital of Peru\?\n +expected +Lima\n +baseline +Lima\n +candidate Cusco\n/)
})

test('gate judge without --json shows the counts, the verdict and its reasons', async (t) => {
  const { code, stdout, stderr } = await genesis(files(t, [10, 0, 50], [0, 0, 100]))
  assert.equal(code, 21)
  assert.equal(stderr, '')
  assert.match(stdout, /gate +50 +10 +0/)
  assert.match(stdout, /Verdict +ABSTAIN/)
  for (const line of stdout.split('\n')) assert.ok(line.length <= 80, line)
})

describe('gate judge judges nothing, exit 10, when', () => {
  const row = (id: string, changes: object = {}): string => `${JSON.stringify({ id, stratum: 'gate', score: 1, ...changes })}\n`
  for (const [what, baseline, candidate, named] of [
    ['an item has no partner', row('a') + row('b'), row('a'), /item "b" is not in/],
    ['an item comes twice', row('a') + row('a'), row('a'), /baseline\.jsonl line 2: item "a" occurs already in line 1/],
    ['a score is above 1', row('a', { score: 1.5 }), row('a'), /baseline\.jsonl line 1: score/],
    ['a score is missing', row('a'), row('a', { score: undefined }), /candidate\.jsonl line 1: score/],
    ['a stratum is unknown', row('a', { stratum: 'live' }), row('a'), /stratum must be one of gate, regression, retention/],
    ['the strata differ', row('a'), row('a', { stratum: 'retention' }), /has the stratum "retention"/],
    ['a line is not JSON', 'yes\n', row('a'), /baseline\.jsonl line 1: not JSON/],
    ['a line is a list', '[]\n', row('a'), /baseline\.jsonl line 1: not an object/],
  ] as const) {
    test(what, async (t) => {
      const { why = '' } = await failing(written(t, baseline, candidate), 10, 'GI-GATE-DATA')
      assert.match(why, named)
    })
  }

  test('a file is missing, or a directory', async (t) => {
    const directory = temporaryDirectory(t)
    mkdirSync(path.join(directory, 'd'))
    const missing = await failing(
      ['gate', 'judge', '--baseline', path.join(directory, 'x'), '--candidate', path.join(directory, 'd')],
      10,
      'GI-GATE-DATA',
    )
    assert.match(missing.what, /x cannot be read/)
    const other = await failing(
      ['gate', 'judge', '--baseline', path.join(directory, 'd'), '--candidate', path.join(directory, 'd')],
      10,
      'GI-GATE-DATA',
    )
    assert.match(other.why ?? '', /not a regular file/)
  })

  test('both files are empty: there is nothing to judge by, so it abstains instead', async (t) => {
    const judgement = await genesisJson<JudgementDocument>(written(t, '', ''), { code: 21 })
    assert.equal(judgement.verdict, 'ABSTAIN')
  })

  test('alpha or the range of the share make no sense', async (t) => {
    const args = files(t, [30, 2, 50], [0, 1, 100])
    await failing([...args, '--alpha', '0.7'], 10, 'GI-GATE-DATA')
    await failing([...args, '--failure-share', '0.5', '--failure-share-range', '0.1,0.2'], 10, 'GI-GATE-DATA')
  })
})

test('options that are no numbers in their range are exit 2', async (t) => {
  const args = files(t, [30, 2, 50], [0, 1, 100])
  for (const option of [
    ['--failure-share', '1e-1'],
    ['--failure-share', '1.5'],
    ['--failure-share-range', '0.2,0.1'],
    ['--failure-share-range', '0.1'],
    ['--margin', ''],
  ])
    await failing([...args, ...option], 2, 'GI-USAGE')
})
