import { buildApp } from '../app.ts'
import { exitCodeOf, verify } from '../cycle/verify.ts'
import { GenesisError } from '../errors.ts'
import { describeVerification } from '../terminal/verify.ts'
import { examples } from './command.ts'
import type { CommandModule } from './command.ts'

export const configure: CommandModule['configure'] = (command, act) => {
  command.argument('[release]', 'a release (default: the one in production)').option('--all', 'every release of this home')
  examples(command, [
    ['genesis-improve verify', 'is what is served what was judged?'],
    ['genesis-improve verify --all --json', 'every release, for programs; exit 0 or 10'],
  ])
  command.action(
    act(async (invocation, release: string | undefined, { all = false }: { all?: boolean }) => {
      if (all && release !== undefined) throw new GenesisError('GI-USAGE', { what: 'Give a release, or --all, but not both.' })
      const { workshop, config } = await buildApp(invocation)
      const verification = await verify(workshop, config, { release, all })
      invocation.out.result(verification, () => describeVerification(verification, invocation.out.paint))
      return exitCodeOf(verification)
    }),
  )
}
