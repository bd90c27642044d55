import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { grade } from '../src/evaluation/graders.ts'
import type { TextGrader } from '../src/evaluation/item.ts'
import { packageRoot } from '../src/system/package-root.ts'
import * as computing from './retention-general/computing.ts'
import type { Draft } from './retention-general/draft.ts'
import * as everyday from './retention-general/everyday.ts'
import * as languageTasks from './retention-general/language-tasks.ts'
import * as numbers from './retention-general/numbers.ts'
import * as words from './retention-general/words.ts'
import * as world from './retention-general/world.ts'

// Writes data/retention-general.jsonl from the tables beside it: npx tsx scripts/make-retention-general.ts

interface Checkable {
  expected: string
  grader: TextGrader
  /** An answer that must be right. */
  sample: string
}

const escape = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]/\\]/g, String.raw`\$&`)
/** Patterns are written as they are; in plain words only "|" has a meaning. */
const isPattern = (answer: string): boolean => /[\\?]/.test(answer)

function checkable([, answer, kind = 'word']: Draft): Checkable {
  if (typeof answer === 'number') return { expected: String(answer), grader: { kind: 'numeric' }, sample: `${answer}` }
  const alternatives = isPattern(answer) ? answer : answer.split('|').map(escape).join('|')
  const sample = answer.split('|')[0] ?? answer
  switch (kind) {
    case 'word':
      return {
        expected: String.raw`(?<![\p{L}\p{N}])(?:${alternatives})(?![\p{L}\p{N}])`,
        grader: { kind: 'regex', flags: 'iu' },
        sample: isPattern(answer) ? '' : `It is ${sample}.`,
      }
    case 'choice':
      return {
        expected: String.raw`^[^\p{L}\p{N}]*(?:(?:the|an?) )?(?:${alternatives})[^\p{L}\p{N}]*$`,
        grader: { kind: 'regex', flags: 'iu' },
        sample: `${sample}.`,
      }
    case 'text':
      return { expected: answer, grader: { kind: 'contains' }, sample: `So: ${answer}.` }
    case 'exact':
    case 'json':
      return { expected: answer, grader: { kind }, sample: answer }
  }
}

const rows = Object.entries({ ...numbers, ...world, ...words, ...languageTasks, ...computing, ...everyday }).flatMap(([name, drafts]) =>
  drafts.map((draft) => {
    const { expected, grader, sample } = checkable(draft)
    if (sample !== '' && grade(grader, expected, sample) !== 1) throw new Error(`${draft[0]}: the answer ${sample} is not recognised`)
    if (grade(grader, expected, draft[0]) !== 0) throw new Error(`${draft[0]}: repeating the question would be right`)
    return { input: draft[0], expected, grader, category: name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`) }
  }),
)
const lines = rows.map((row, index) => JSON.stringify({ id: `general-${String(index + 1).padStart(4, '0')}`, ...row }))
writeFileSync(path.join(packageRoot(), 'data', 'retention-general.jsonl'), `${lines.join('\n')}\n`)
console.log(`${rows.length} items in ${new Set(rows.map(({ category }) => category)).size} categories`)
