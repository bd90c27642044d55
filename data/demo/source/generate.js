// Writes the demo's data sets from intents.json: the same seed gives byte-identical files. All text is original.
//
//   node generate.js                      -> every set, in the folder above (or in --out)
//   node generate.js --draw SEED --out D  -> gate, gate-second and retention that share no request with the shipped sets
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { makeSets } from './sets.js'

const { values } = parseArgs({ options: { draw: { type: 'string' }, out: { type: 'string' } } })
const folder = values.out ?? fileURLToPath(new URL('..', import.meta.url))
mkdirSync(folder, { recursive: true })
for (const [name, text] of Object.entries(filesOf(makeSets(values.draw === undefined ? undefined : Number(values.draw))))) {
  if (values.draw === undefined || /^(gate|retention)/.test(name)) writeFileSync(join(folder, name), text)
}

/** The sets as the files that stand in data/demo, by name. */
function filesOf(sets) {
  const number = (index) => String(index + 1).padStart(3, '0')
  const corrections = (rows, prefix) => {
    const entries = rows.map((entry, index) => ({
      id: `${prefix}-${number(index)}`,
      type: 'correction',
      input: entry.input,
      wrong: entry.wrong,
      corrected: entry.expected,
      category: entry.category,
    }))
    return `{"learnings":[\n${entries.map((entry) => JSON.stringify(entry)).join(',\n')}\n]}\n`
  }
  const lines = (rows, prefix, field) =>
    rows
      .map(
        (entry, index) =>
          `${JSON.stringify({ id: `${prefix}-${number(index)}`, input: entry.input, [field]: entry.expected, category: entry.category })}\n`,
      )
      .join('')
  return {
    'learnings.json': corrections(sets.learnings, 'first'),
    'learnings-second.json': corrections(sets.learningsSecond, 'second'),
    'corpus.jsonl': lines(sets.corpus, 'corpus', 'output'),
    'gate.jsonl': lines(sets.gate, 'gate', 'expected'),
    'gate-second.jsonl': lines(sets.gateSecond, 'gate-second', 'expected'),
    'retention.jsonl': lines(sets.retention, 'retention', 'expected'),
  }
}
