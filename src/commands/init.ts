import path from 'node:path'
import { Option } from 'commander'
import { baseSurroundings } from '../app.ts'
import { exitCodes, GenesisError } from '../errors.ts'
import { findBases } from '../setup/bases.ts'
import type { Base } from '../setup/bases.ts'
import { makeHome } from '../setup/make-home.ts'
import type { BaseSurroundings } from '../base/find-base.ts'
import { makeDemoHome } from '../setup/demo.ts'
import { choose } from '../terminal/choose.ts'
import { shellWord } from '../terminal/format.ts'
import { examples, wholeNumber } from './command.ts'
import type { CommandModule, Invocation } from './command.ts'

interface Options {
  base?: string
  ollama?: string
  demo?: true
  mislabel?: number
}

export const configure: CommandModule['configure'] = (command, act) => {
  command
    .option('--base <file>', 'the base model, a GGUF file')
    .addOption(new Option('--ollama <name>', 'instead: a model of the Ollama server, which then serves the releases too').conflicts('base'))
    .addOption(new Option('--demo', 'a home with a tiny model, corrections and items to judge by').conflicts(['base', 'ollama']))
    .option('--mislabel <seed>', 'with --demo: shuffle the corrections, to see bad data refused', wholeNumber(0, 2_147_483_647))
  examples(command, [
    ['genesis-improve init --base models/qwen3-0.6b-q8_0.gguf', 'a home here, with that base'],
    ['genesis-improve init --ollama qwen3:0.6b', 'one with a model that Ollama has'],
    ['genesis-improve init --home ~/genesis', 'a home elsewhere; finds models, or asks'],
    ['genesis-improve init --demo --home .demo', 'something to try everything with'],
  ])
  command.action(
    act(async (invocation, options: Options) => {
      const { home, out } = invocation
      if (options.mislabel !== undefined && !options.demo)
        throw new GenesisError('GI-USAGE', { what: '--mislabel is for the corrections of --demo.' })
      if (options.demo) {
        const made = await makeDemoHome(home, options.mislabel)
        out.result(made, () =>
          [
            `${home.root} is a demo home: ${made.learnings} corrections, ${made.gateItems} gate items, ${made.retentionItems} retention items.`,
            nextSteps(home.root),
          ].join('\n'),
        )
        return exitCodes.done
      }
      const surroundings = baseSurroundings(invocation)
      const made = await makeHome(home, given(options) ?? (await chooseBase(invocation, surroundings)), surroundings)
      out.result(made, () =>
        [
          made.base === null
            ? `${home.root} is a home without a base model.`
            : `${home.root} is a home with the base ${made.base} (${made.description ?? ''}).`,
          ...(made.base === null ? ['Set one under "base" in genesis-improve.config.json before a cycle can run.'] : []),
          nextSteps(home.root),
        ].join('\n'),
      )
      return exitCodes.done
    }),
  )
}

function nextSteps(root: string): string {
  const at = root === process.cwd() ? '' : ` --home ${shellWord(path.relative(process.cwd(), root))}`
  return [
    'Next:',
    `  genesis-improve engine install     once on this machine`,
    `  genesis-improve learn${at} --help   record corrections`,
    `  genesis-improve status${at}         see what is due, and why`,
    `  genesis-improve check --until-idle${at}`,
  ].join('\n')
}

function given({ base, ollama }: Options): Base | null {
  if (ollama !== undefined) return { ollama }
  return base === undefined ? null : { gguf: path.resolve(base) }
}

/** Offers what is near; nothing is chosen where nobody can be asked. */
async function chooseBase({ out }: Invocation, surroundings: BaseSurroundings): Promise<Base | null> {
  const found = await findBases(surroundings)
  if (found.length === 0) return null
  const names = found.map((base) => ('gguf' in base ? base.gguf : `${base.ollama} of Ollama`))
  if (!out.interactive || !process.stdin.isTTY) {
    out.note(`Found ${names.join(', ')}; name one with --base or --ollama.`)
    return null
  }
  const chosen = await choose('Which base model?', names)
  return found[names.indexOf(chosen ?? '')] ?? null
}
