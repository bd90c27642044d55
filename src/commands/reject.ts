import { buildApp } from '../app.ts'
import { rejectCycle } from '../cycle/approve.ts'
import { exitCodes } from '../errors.ts'
import { examples } from './command.ts'
import type { CommandModule } from './command.ts'

export const configure: CommandModule['configure'] = (command, act) => {
  command.argument('[cycle]', 'the cycle (default: the open one)').option('--reason <text>', 'why, kept with the cycle')
  examples(command, [['genesis-improve reject --reason "too curt"', 'its learnings wait again']])
  command.action(
    act(async (invocation, requested: string | undefined, { reason }: { reason?: string }) => {
      const { workshop, config } = await buildApp(invocation)
      const { cycle, closed } = await rejectCycle(workshop, config, requested, reason)
      invocation.out.result({ cycle, closed }, () =>
        closed
          ? `${cycle} is rejected; what is served stays, and no learning is lost.`
          : `${cycle} is at work and was asked to stop; "genesis-improve status" shows how it ended.`,
      )
      return exitCodes.done
    }),
  )
}
