import type { Command } from 'commander'
import type { Home } from '../state/home.ts'
import { readableNamesIn } from '../state/names-in.ts'
import { wantedAt } from './wanted.ts'
import type { Candidate, Wanted } from './wanted.ts'

/** The first word of the call that the shells make (src/cli.ts looks for it); it stands in no help. */
export const completionRequest = '__complete'

/**
 * What the scripts of src/completion/scripts.ts read: a line for each candidate that begins as typed, its description after a tab, and
 * a last line that says whether paths may stand there too. Only names of directories are read from the home.
 */
export async function answerCompletion(program: Command, words: readonly string[], home: Home): Promise<string> {
  const wanted = wantedAt(program, words)
  const all = [...wanted.candidates, ...(await namesOf(home, wanted.names))]
  const fitting = all.filter(({ value }) => value.startsWith(wanted.typed))
  return [...fitting.map(({ value, description }) => `${value}\t${description}`), `:${wanted.paths}`].join('\n')
}

/** The home that the words name, as the shell would hand it over. */
export function homeNamedIn(words: readonly string[], userHome: string | undefined): string | undefined {
  const index = words.lastIndexOf('--home', words.length - 2)
  const named =
    words.findLast((word) => word.startsWith('--home='))?.slice('--home='.length) ?? (index === -1 ? undefined : words[index + 1])
  return named?.replace(/^~(?=\/|$)/, userHome ?? '~')
}

const kinds = {
  cycles: { directory: (home: Home) => home.cycles, pattern: /^cycle-\d{8}-\d{6}$/, description: 'cycle' },
  releases: { directory: (home: Home) => home.models, pattern: /^genesis-\d{8}-\d{6}$/, description: 'release' },
} as const

/** Newest first; the base is a model like the releases. */
async function namesOf(home: Home, wanted: Wanted['names']): Promise<Candidate[]> {
  const lists = wanted.map(async (kind) => {
    const { directory, pattern, description } = kinds[kind]
    const found = (await readableNamesIn(directory(home)))
      .filter((name) => pattern.test(name))
      .sort()
      .reverse()
    return [
      ...found.map((value) => ({ value, description })),
      ...(kind === 'releases' ? [{ value: 'genesis-base', description: 'the base model' }] : []),
    ]
  })
  return (await Promise.all(lists)).flat()
}
