import { GenesisError } from '../errors.ts'
import { problemOf } from '../problem.ts'
import type { Problem } from '../problem.ts'
import { runScript } from './machine.ts'
import type { Machine } from './machine.ts'
import type { ProgramNeeds } from './port.ts'
import type { Queue } from './queue.ts'
import { quoted } from './quote.ts'

const never = new AbortController().signal

/** What keeps a program from running there, in words for the user; empty when nothing does. Never throws. */
export async function problemsThere(machine: Machine, queue: Queue, directory: string, needs: ProgramNeeds): Promise<Problem[]> {
  try {
    const missing = await runScript(machine, needsScript(directory, needs), never)
    const found = missing.filter((line) => line.startsWith('missing ')).map((line) => problemFor(machine, line.slice(8), needs))
    return found.length > 0 ? found : await queue.problems()
  } catch (error) {
    if (!(error instanceof GenesisError)) throw error
    return [problemOf(error)]
  }
}

/** Prints a line for everything that is missing. */
const needsScript = (directory: string, { program, model: { there: model } }: ProgramNeeds): string => `
{ cd && mkdir -p ${quoted(directory)} && [ -w ${quoted(directory)} ]; } 2>/dev/null || echo missing directory
command -v tar >/dev/null 2>&1 || echo missing tar
command -v sha256sum >/dev/null 2>&1 || command -v shasum >/dev/null 2>&1 || command -v openssl >/dev/null 2>&1 || echo missing digests
command -v setsid >/dev/null 2>&1 || command -v perl >/dev/null 2>&1 || echo missing sessions
[ -x ${quoted(program)} ] || echo missing program
${model === undefined ? '' : `[ -d ${quoted(model)} ] || echo missing model`}
exit 0`

function problemFor({ name }: Machine, missing: string, { program, model }: ProgramNeeds): Problem {
  const install = { code: 'GI-RUNNER-UNUSABLE', remedy: `Install it on ${name}.` } as const
  if (missing === 'program')
    return {
      code: 'GI-TRAINER-MISSING',
      what: `The training program ${program} is not on ${name}, or may not be run there.`,
      remedy: 'Its path is that of the machine where it runs: correct it, or make the program executable there (chmod +x).',
    }
  if (missing === 'model')
    return {
      code: 'GI-TRAINER-MISSING',
      what: `There is no folder ${model.there ?? ''} on ${name}.`,
      remedy: 'Put the model there; its path is that of the machine where the program runs.',
    }
  if (missing === 'directory')
    return { code: 'GI-RUNNER-UNUSABLE', what: `"trainer.runner.directory" cannot be written on ${name}.`, remedy: 'Name another folder.' }
  if (missing === 'digests') return { ...install, what: `${name} has none of sha256sum, shasum and openssl.` }
  if (missing === 'sessions') return { ...install, what: `${name} has neither setsid nor perl.` }
  return { ...install, what: `${name} has no tar.` }
}
