import { buildApp } from '../app.ts'
import { forget } from '../cycle/forget.ts'
import { exitCodes } from '../errors.ts'
import { describeForgetting } from '../terminal/lineage.ts'
import { examples } from './command.ts'
import type { CommandModule } from './command.ts'

export const configure: CommandModule['configure'] = (command, act) => {
  command.argument('<learning>', 'the id of the learning').option('--reason <text>', 'why, for the record')
  examples(command, [
    ['genesis-improve forget c-17 --reason "not ours to use"', 'never train on it or judge by it again'],
    ['genesis-improve show c-17', 'where it has been'],
  ])
  command.action(
    act(async (invocation, id: string, { reason }: { reason?: string }) => {
      const { workshop } = await buildApp(invocation)
      const forgetting = await forget(workshop, id, reason)
      invocation.out.result(forgetting, () => describeForgetting(forgetting))
      return exitCodes.done
    }),
  )
}
