import path from 'node:path'
import { exitCodes } from '../errors.ts'
import { findModels, makeHome } from '../setup/make-home.ts'
import { makeDemoHome } from '../setup/demo.ts'
import { choose } from '../terminal/choose.ts'
import { examples, wholeNumber } from './command.ts'
import type { CommandModule, Invocation } from './command.ts'

interface Options {
  base?: string
  demo?: true
  mislabel?: number
}

export const configure: CommandModule['configure'] = (command, act) => {
  command
    .option('--base <file>', 'the base model, a GGUF file')
    .option('--demo', 'a home with a tiny model, corrections and items to judge by')
    .option('--mislabel <seed>', 'with --demo: shuffle the corrections, to see bad data refused', wholeNumber(0, 2_147_483_647))
  examples(command, [
    ['genesis-improve init --base models/qwen3-0.6b-q8_0.gguf', 'a home here, with that base'],
    ['genesis-improve init --home ~/genesis', 'a home elsewhere; finds models, or asks'],
    ['genesis-improve init --demo --home .demo', 'something to try everything with'],
  ])
  command.action(
    act(async (invocation, options: Options) => {
      const { home, out } = invocation
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
      const base = options.base === undefined ? await chooseBase(invocation) : path.resolve(options.base)
      const made = await makeHome(home, base)
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
  const at = root === process.cwd() ? '' : ` --home ${path.relative(process.cwd(), root)}`
  return [
    'Next:',
    `  genesis-improve engine install     once on this machine`,
    `  genesis-improve learn${at} --help   record corrections`,
    `  genesis-improve status${at}         see what is due, and why`,
    `  genesis-improve check --until-idle${at}`,
  ].join('\n')
}

/** Offers the GGUF files that are near; nothing is chosen where nobody can be asked. */
async function chooseBase({ home, out }: Invocation): Promise<string | null> {
  const found = await findModels(home.root)
  if (found.length === 0) return null
  if (!out.interactive || !process.stdin.isTTY) {
    out.note(`Found ${found.join(', ')}; name one with --base.`)
    return null
  }
  return await choose('Which base model?', found)
}
