import { buildApp } from '../app.ts'
import { approveCycle } from '../cycle/approve.ts'
import { exitCodes } from '../errors.ts'
import { examples } from './command.ts'
import type { CommandModule } from './command.ts'

export const configure: CommandModule['configure'] = (command, act) => {
  command.argument('[cycle]', 'the cycle (default: the open one)')
  examples(command, [
    ['genesis-improve show', 'what changed, with examples'],
    ['genesis-improve approve', 'the next check goes on with it'],
  ])
  command.action(
    act(async (invocation, requested: string | undefined) => {
      const { workshop } = await buildApp(invocation)
      const cycle = await approveCycle(workshop, requested)
      invocation.out.result({ cycle, approved: true }, () => `${cycle} is approved; the next check goes on with it.`)
      return exitCodes.done
    }),
  )
}
