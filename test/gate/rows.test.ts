import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { GenesisError } from '../../src/errors.ts'
import { readPairedScores } from '../../src/gate/rows.ts'

const source = (name: string, ...lines: (object | string)[]) => ({
  name,
  text: [lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n')],
})
const row = (id: string, score: number, more: object = {}) => ({ id, stratum: 'gate', score, ...more })

async function whyRefused(...sources: Parameters<typeof readPairedScores>): Promise<string> {
  try {
    await readPairedScores(...sources)
  } catch (error) {
    assert.ok(error instanceof GenesisError && error.code === 'GI-GATE-DATA' && error.exitCode === 10)
    return error.why ?? ''
  }
  return assert.fail('it was read')
}

describe('rows of gate judge', () => {
  test('are paired by id, whatever their order; other keys are ignored; a category given once counts', async () => {
    const baseline = source('B', row('a', 0), row('b', 1, { category: 'dates', latency: 'x' }))
    const candidate = source('C', row('b', 0.5), row('a', 1))
    assert.deepEqual(await readPairedScores(baseline, candidate), [
      { id: 'a', stratum: 'gate', category: 'general', baseline: 0, candidate: 1 },
      { id: 'b', stratum: 'gate', category: 'dates', baseline: 1, candidate: 0.5 },
    ])
  })

  test('may have a byte order mark, Windows line ends, blank lines, no last line end, and arrive in any pieces', async () => {
    const text = `\uFEFF${JSON.stringify(row('a\u2028b', 0))}\r\n\r\n${JSON.stringify(row('c', 1))}`
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(text.length), { maxLength: 5 }), async (cuts) => {
        const ends = [0, ...cuts.sort((a, b) => a - b), text.length]
        const pieces = ends.slice(1).map((end, index) => text.slice(ends[index], end))
        const scores = await readPairedScores({ name: 'B', text: pieces }, { name: 'C', text: [text] })
        assert.deepEqual(
          scores.map(({ id }) => id),
          ['a\u2028b', 'c'],
        )
      }),
      { numRuns: 50 },
    )
  })

  test('that do not parse, or are no rows, are named with file and line, all at once', async () => {
    const baseline = source(
      'B.jsonl',
      '{"id":',
      '[1]',
      '5',
      row('a', 2),
      { id: 'b', stratum: 'other', score: 1 },
      { stratum: 'gate', score: '1' },
    )
    const why = await whyRefused(baseline, source('C.jsonl', row('a', Number.NaN)))
    assert.match(why, /B.jsonl line 1: not JSON/)
    assert.match(why, /B.jsonl line 2: not an object/)
    assert.match(why, /B.jsonl line 3: not an object/)
    assert.match(why, /B.jsonl line 4: score must be a number from 0 to 1/)
    assert.match(why, /B.jsonl line 5: stratum must be one of gate, regression, retention/)
    assert.match(why, /B.jsonl line 6: id must be a text/)
    assert.match(why, /B.jsonl line 6: score must be/)
    assert.match(why, /C.jsonl line 1: score must be/)
  })

  test('that are doubled or have no partner are named', async () => {
    assert.match(
      await whyRefused(source('B', row('a', 0), row('a', 1)), source('C', row('a', 1))),
      /B line 2: item "a" occurs already in line 1/,
    )
    const why = await whyRefused(source('B', row('a', 0), row('b', 1)), source('C', row('a', 0), row('c', 1)))
    assert.match(why, /B line 2: item "b" is not in C/)
    assert.match(why, /C line 2: item "c" is not in B/)
  })

  test('of another stratum or category in the other file are no pair', async () => {
    const why = await whyRefused(
      source('B', row('a', 0, { category: 'x' })),
      source('C', { ...row('a', 1, { category: 'y' }), stratum: 'retention' }),
    )
    assert.match(why, /item "a" has the stratum "retention", in B it has "gate"/)
    assert.match(why, /item "a" has the category "y", in B it has "x"/)
  })

  test('of one cluster name it in either file, and not two different ones', async () => {
    const named = source('C', row('a', 1), row('b', 1, { cluster: 'x' }))
    const scores = await readPairedScores(source('B', row('a', 0, { cluster: 'x' }), row('b', 0)), named)
    assert.deepEqual(
      scores.map(({ cluster }) => cluster),
      ['x', 'x'],
    )
    assert.match(
      await whyRefused(source('B', row('a', 0, { cluster: 'y' })), source('C', row('a', 1, { cluster: 'x' }))),
      /has the cluster "x"/,
    )
    assert.match(await whyRefused(source('B', row('a', 0, { cluster: 7 })), source('C', row('a', 1))), /B line 1: cluster must be a text/)
  })

  test('any text either parses or is refused as gate data, never anything else', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(fc.string(), fc.json())), async (lines) => {
        const text = { name: 'B', text: [lines.join('\n')] }
        await readPairedScores(text, text).catch((error: unknown) =>
          assert.ok(error instanceof GenesisError && error.code === 'GI-GATE-DATA'),
        )
      }),
    )
  })
})
