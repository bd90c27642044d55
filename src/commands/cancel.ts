import { buildApp } from '../app.ts'
import { cancelCycle } from '../cycle/cancel.ts'
import type { SetAside } from '../cycle/cancel.ts'
import { exitCodes } from '../errors.ts'
import { examples } from './command.ts'
import type { CommandModule } from './command.ts'

export const configure: CommandModule['configure'] = (command, act) => {
  command.argument('[cycle]', 'the cycle (default: the open one)')
  examples(command, [['genesis-improve cancel', 'end the open cycle; its learnings wait again']])
  command.action(
    act(async (invocation, requested: string | undefined) => {
      const { workshop, config } = await buildApp(invocation)
      const { id, closed, damaged } = await cancelCycle(workshop, config, requested)
      invocation.out.result({ cycle: id, closed, keptAs: damaged?.keptAs ?? null, servedAgain: damaged?.servedAgain ?? null }, () => {
        if (!closed) return `${id} was asked to stop; it does within seconds.`
        return damaged === null ? `${id} is cancelled.` : `${id} is set aside. ${describe(damaged)}`
      })
      return exitCodes.done
    }),
  )
}

function describe({ keptAs, servedAgain }: SetAside): string {
  const kept = keptAs === null ? 'There was nothing left of it.' : `What is left of it is kept in ${keptAs}.`
  return servedAgain === null ? kept : `${kept} It had switched production already: ${servedAgain} is served again.`
}
