import { buildApp } from '../app.ts'
import { cancelCycle } from '../cycle/cancel.ts'
import { exitCodes } from '../errors.ts'
import { examples } from './command.ts'
import type { CommandModule } from './command.ts'

export const configure: CommandModule['configure'] = (command, act) => {
  command.argument('[cycle]', 'the cycle (default: the open one)')
  examples(command, [['genesis-improve cancel', 'end the open cycle; its learnings wait again']])
  command.action(
    act(async (invocation, requested: string | undefined) => {
      const { workshop } = await buildApp(invocation)
      const { id, closed } = await cancelCycle(workshop, requested)
      invocation.out.result({ cycle: id, closed }, () =>
        closed ? `${id} is cancelled.` : `${id} was asked to stop; it does within seconds.`,
      )
      return exitCodes.done
    }),
  )
}
