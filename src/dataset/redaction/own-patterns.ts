import { types } from 'node:util'
import vm from 'node:vm'
import type { Config } from '../../config/schema.ts'
import { GenesisError } from '../../errors.ts'
import type { Finding } from './find-private.ts'

export type OwnPattern = Config['dataset']['redactionPatterns'][number]

/** Texts looked at in one go, and the time they may take: usual patterns need a thousandth of it. */
const batch = 500
const timeLimitMs = 2000

const script = new vm.Script(
  'texts.map((text) => [...text.matchAll(new RegExp(pattern, "g"))].map((match) => [match.index, match.index + match[0].length]))',
)

/**
 * What the user's own patterns find in each text that they find something in. They run under a time limit, which only `vm` can put on a pattern
 * (this is no sandbox: patterns and texts are plain data).
 * @throws GenesisError GI-CONFIG-INVALID naming a pattern that does not end in time
 */
export function findOwn(texts: readonly string[], patterns: readonly OwnPattern[]): Map<string, Finding[]> {
  const found = new Map<string, Finding[]>()
  for (let start = 0; patterns.length > 0 && start < texts.length; start += batch) {
    const some = texts.slice(start, start + batch)
    for (const pattern of patterns) {
      for (const [index, spans] of spansIn(some, pattern).entries()) {
        const text = some[index] ?? ''
        const findings = spans
          .filter(([from, to]) => to > from)
          .map(([from, to]) => ({ kind: pattern.name, value: text.slice(from, to), start: from, end: to }))
        if (findings.length > 0) found.set(text, [...(found.get(text) ?? []), ...findings])
      }
    }
  }
  return found
}

function spansIn(texts: readonly string[], { name, pattern }: OwnPattern): [number, number][][] {
  try {
    return script.runInNewContext({ texts, pattern }, { timeout: timeLimitMs }) as [number, number][][]
  } catch (error) {
    // The error comes from the pattern's own context, where it is no instance of this one's Error.
    if (!types.isNativeError(error) || !('code' in error) || error.code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error
    throw new GenesisError('GI-CONFIG-INVALID', {
      what: `The pattern "${name}" of dataset.redactionPatterns took more than ${timeLimitMs} ms on ${texts.length} texts.`,
      why: 'it has repetitions inside repetitions, whose cost grows without bound',
      remedy: 'Write the pattern more simply, for example without a "+" or "*" on a group that has one inside.',
    })
  }
}
