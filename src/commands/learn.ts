import { text as readAll } from 'node:stream/consumers'
import { Option } from 'commander'
import { exitCodes, GenesisError } from '../errors.ts'
import { LearningKind } from '../learnings/learning.ts'
import { parseLearningInput } from '../learnings/new-learning.ts'
import type { NewLearning } from '../learnings/new-learning.ts'
import { learn } from '../learnings/recording.ts'
import { examples } from './command.ts'
import type { CommandModule } from './command.ts'

interface Options {
  kind: LearningKind
  input?: string
  wanted?: string
  wrong?: string
  category?: string
  id?: string
  at?: string
  source?: string
  author?: string
}

export const configure: CommandModule['configure'] = (command, act) => {
  command
    .option('--input <text>', 'what the model was asked')
    .option('--wanted <text>', 'what the answer should have been')
    .option('--wrong <text>', 'what the model answered instead')
    .addOption(new Option('--kind <kind>', 'what it is').choices(LearningKind.options).default('correction'))
    .option('--category <name>', 'the kind of work, such as sql-query')
    .option('--id <id>', 'an identity of your own: twice with one identity is recorded once')
    .option('--at <time>', 'when it happened, ISO 8601 (default: now)')
    .option('--source <name>', 'where it comes from')
    .option('--author <name>', 'who gave it')
  examples(command, [
    ['genesis-improve learn --input "2+2?" --wrong 5 --wanted 4', 'record a correction'],
    ['genesis-improve learn --kind success --input "2+2?" --wanted 4', 'an answer that was accepted as it was'],
    [`echo '{"input":"2+2?","correction":"4"}' | genesis-improve learn`, 'from standard input, as JSON'],
  ])
  command.action(
    act(async ({ home, out, clock }, options: Options) => {
      const learning = options.input === undefined ? await fromStandardInput(options) : { ...options, input: options.input }
      const { id, recorded } = await learn(home, learning, { clock, notice: (text) => out.note(text) })
      out.result({ id, recorded }, () => (recorded ? `Recorded as ${id}.` : `Recorded before as ${id}; nothing was written.`))
      return exitCodes.done
    }),
  )
}

async function fromStandardInput(options: Options): Promise<NewLearning> {
  if (process.stdin.isTTY || options.wanted !== undefined || options.wrong !== undefined) {
    throw new GenesisError('GI-LEARNING-INVALID', { why: 'there is no --input, and nothing comes from standard input' })
  }
  const { kind, input, context, wanted, wrong, category, at, source, author, id } = parseLearningInput(await readAll(process.stdin))
  const given = { id, kind, input: input ?? '', context, category, wanted, wrong, at, source, author }
  const present = Object.entries(given).filter(([, value]) => value !== null && value !== undefined)
  return {
    ...(Object.fromEntries(present) as NewLearning),
    ...(options.source !== undefined && { source: options.source }),
    ...(options.author !== undefined && { author: options.author }),
  }
}
