import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { inspect } from 'node:util'
import fc from 'fast-check'
import { GenesisError } from '../../src/errors.ts'

/** How many damaged inputs each campaign tries: some hundreds among the other tests, as many as GENESIS_FUZZ_RUNS says otherwise. */
const runs = Number(process.env['GENESIS_FUZZ_RUNS'] ?? 120)

const mostBytes = 200e6
/** No input of these sizes takes a reader near to this; one that does hangs for all practical purposes. */
const longestRunMs = 20_000

interface Limits {
  /** The part of all runs that this campaign makes, for those whose single run is long; 1 unless told. */
  share?: number
}

/**
 * Reads damaged inputs. The rule for each: a value, or a GenesisError with a code that is not GI-BUG; nothing else comes out, nothing hangs, and all
 * together take less than 200 MB. `read` gives a word for what came of an input, to be counted. Says how often each word and code came up.
 */
export async function campaign<Input>(
  test: TestContext,
  inputs: fc.Arbitrary<Input>,
  read: (input: Input) => unknown,
  { share = 1 }: Limits = {},
): Promise<void> {
  const counts = new Map<string, number>()
  let longestMs = 0
  const before = process.memoryUsage().rss
  const property = fc.asyncProperty(inputs, async (input) => {
    const startedMs = performance.now()
    const outcome = await outcomeOf(() => read(input))
    longestMs = Math.max(longestMs, performance.now() - startedMs)
    counts.set(outcome, (counts.get(outcome) ?? 0) + 1)
  })
  const numRuns = Math.max(1, Math.round(runs * share))
  const seed = process.env['GENESIS_FUZZ_SEED']
  const details = await fc.check(property, { numRuns, ...(seed !== undefined && { seed: Number(seed) }) })
  if (details.failed)
    throw new Error(`seed ${details.seed}, path ${details.counterexamplePath}: ${shown(details.counterexample)}`, {
      cause: details.errorInstance,
    })
  const takenBytes = process.resourceUsage().maxRSS * 1024 - before
  const told = [...counts].sort(([, one], [, other]) => other - one).map(([outcome, count]) => `${outcome} ${count}`)
  test.diagnostic(
    `${numRuns} inputs: ${told.join(', ')}; at most ${(takenBytes / 1e6).toFixed(0)} MB more and ${longestMs.toFixed(0)} ms for one`,
  )
  assert.ok(longestMs < longestRunMs, `one input took ${longestMs} ms`)
  assert.ok(takenBytes < mostBytes, `${takenBytes} bytes were taken`)
}

/** "read", the word that reading gives, or the code of a refusal. Throws on whatever else is thrown. */
async function outcomeOf(read: () => unknown): Promise<string> {
  try {
    const given = await read()
    return typeof given === 'string' ? given : 'read'
  } catch (error) {
    if (!(error instanceof GenesisError)) throw error
    assert.notEqual(error.code, 'GI-BUG', error.why)
    assert.ok(error.what.length > 0 && error.remedy.length > 0)
    return error.code
  }
}

/** The beginning of an input, its bytes as text. */
function shown(input: unknown): string {
  if (Array.isArray(input)) return input.map(shown).join(' | ')
  return (Buffer.isBuffer(input) ? JSON.stringify(input.toString('latin1', 0, 3000)) : inspect(input)).slice(0, 2000)
}
