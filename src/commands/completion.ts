import { Argument } from 'commander'
import type { Command } from 'commander'
import { answerCompletion, homeNamedIn } from '../completion/answer.ts'
import { completionScripts } from '../completion/scripts.ts'
import { exitCodes } from '../errors.ts'
import { examples } from './command.ts'
import type { CommandModule, GlobalOptions, Invocation } from './command.ts'

type Shell = keyof typeof completionScripts

export const configure: CommandModule['configure'] = (command, act) => {
  command.addArgument(new Argument('<shell>', 'the shell to print it for').choices(Object.keys(completionScripts)))
  examples(command, [
    ['source <(genesis-improve completion bash)', 'in ~/.bashrc'],
    ['source <(genesis-improve completion zsh)', 'in ~/.zshrc, after compinit'],
    ['genesis-improve completion fish | source', 'in ~/.config/fish/config.fish'],
  ])
  command.action(
    act(async ({ out }, shell: Shell) => {
      const script = completionScripts[shell]
      out.result({ shell, script }, () => script.trimEnd())
      return await Promise.resolve(exitCodes.done)
    }),
  )
}

/**
 * Answers the scripts' question what may stand at the last of these words (src/cli.ts calls it before anything is parsed: options among the
 * words are not meant for this call). `program` has the commands configured that the words name.
 */
export async function complete(
  program: Command,
  words: readonly string[],
  makeInvocation: (options: GlobalOptions) => Invocation,
): Promise<number> {
  const named = homeNamedIn(words, makeInvocation({}).environment['HOME'])
  const { home, out } = makeInvocation(named === undefined ? {} : { home: named })
  out.print(await answerCompletion(program, words, home))
  return exitCodes.done
}
