import { buildApp } from '../app.ts'
import { readStatus } from '../cycle/status.ts'
import { exitCodes } from '../errors.ts'
import { describeStatus } from '../terminal/status.ts'
import { examples } from './command.ts'
import type { CommandModule } from './command.ts'

export const configure: CommandModule['configure'] = (command, act) => {
  examples(command, [
    ['genesis-improve status', 'where things stand, and why'],
    ['genesis-improve status --json', 'the same for programs'],
  ])
  command.action(
    act(async (invocation) => {
      const { config, workshop } = await buildApp(invocation)
      const status = await readStatus(workshop, config)
      invocation.out.result(status, () => describeStatus(status, invocation.out.paint, invocation.clock.now()))
      return exitCodes.done
    }),
  )
}
