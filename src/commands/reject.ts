import { buildApp } from '../app.ts'
import { awaitingDecision } from '../cycle/approve.ts'
import { cancelCycle } from '../cycle/cancel.ts'
import { exitCodes } from '../errors.ts'
import { examples } from './command.ts'
import type { CommandModule } from './command.ts'

export const configure: CommandModule['configure'] = (command, act) => {
  command.argument('[cycle]', 'the cycle (default: the open one)').option('--reason <text>', 'why, kept with the cycle')
  examples(command, [['genesis-improve reject --reason "too curt"', 'its learnings wait again']])
  command.action(
    act(async (invocation, requested: string | undefined, { reason }: { reason?: string }) => {
      const { workshop, config } = await buildApp(invocation)
      const cycle = await awaitingDecision(workshop, requested)
      const { closed } = await cancelCycle(
        workshop,
        config,
        cycle,
        reason === undefined ? 'rejected by hand' : `rejected by hand: ${reason}`,
      )
      invocation.out.result({ cycle, closed }, () =>
        closed
          ? `${cycle} is rejected; what is served stays, and its learnings wait again.`
          : `${cycle} is at work and was asked to stop; "genesis-improve status" shows how it ended.`,
      )
      return exitCodes.done
    }),
  )
}
