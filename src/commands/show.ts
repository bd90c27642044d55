import { buildApp } from '../app.ts'
import { describeCycle } from '../terminal/cycle.ts'
import { readCycle } from '../cycle/show.ts'
import { exitCodes, GenesisError } from '../errors.ts'
import { listCycles } from '../cycle/cycle-directory.ts'
import { examples } from './command.ts'
import type { CommandModule } from './command.ts'

export const configure: CommandModule['configure'] = (command, act) => {
  command.argument('[cycle]', 'the cycle (default: the newest one)')
  examples(command, [
    ['genesis-improve show', 'the newest cycle'],
    ['genesis-improve show cycle-20260131-140500', 'a named one'],
  ])
  command.action(
    act(async (invocation, requested: string | undefined) => {
      const { workshop } = await buildApp(invocation)
      const id = requested ?? (await listCycles(workshop.home)).at(-1)
      if (id === undefined) throw new GenesisError('GI-CYCLE-UNKNOWN', { what: 'No cycle has run in this home yet.' })
      const cycle = await readCycle(workshop, id)
      invocation.out.result(cycle, () => describeCycle(cycle, invocation.out.paint))
      return exitCodes.done
    }),
  )
}
