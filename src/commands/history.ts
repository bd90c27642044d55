import { buildApp } from '../app.ts'
import { readPast } from '../cycle/past.ts'
import { exitCodes } from '../errors.ts'
import { describeHistory } from '../terminal/history.ts'
import { examples } from './command.ts'
import type { CommandModule } from './command.ts'

export const configure: CommandModule['configure'] = (command, act) => {
  examples(command, [['genesis-improve history', 'every cycle, how it ended, and the releases']])
  command.action(
    act(async (invocation) => {
      const { workshop } = await buildApp(invocation)
      const history = await readPast(workshop)
      invocation.out.result(history, () => describeHistory(history, invocation.out.paint))
      return exitCodes.done
    }),
  )
}
