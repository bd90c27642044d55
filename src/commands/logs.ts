import { Option } from 'commander'
import { buildApp } from '../app.ts'
import { loggedCycle, readCycleLog } from '../cycle/read-log.ts'
import type { LoggedLine } from '../cycle/read-log.ts'
import { steps } from '../cycle/step.ts'
import type { Step } from '../cycle/step.ts'
import { exitCodes } from '../errors.ts'
import { describeLogged } from '../terminal/logs.ts'
import { examples } from './command.ts'
import type { CommandModule } from './command.ts'

interface Options {
  step?: Step
  follow?: boolean
}

export const configure: CommandModule['configure'] = (command, act) => {
  command
    .argument('[cycle]', 'the cycle (default: the newest)')
    .addOption(new Option('--step <step>', 'only what belongs to this step').choices(steps))
    .option('--follow', 'go on showing what comes, until the cycle ends')
  examples(command, [
    ['genesis-improve logs', 'what happened in the newest cycle, and what its trainer printed'],
    ['genesis-improve logs --follow', 'the same while it runs'],
    ['genesis-improve logs cycle-20260131-140500 --step train', 'a named one, its training only'],
  ])
  command.action(
    act(async (invocation, requested: string | undefined, { step, follow = false }: Options) => {
      const { out } = invocation
      const { workshop } = await buildApp(invocation)
      const cycle = await loggedCycle(workshop, requested)
      const lines: LoggedLine[] = []
      for await (const line of readCycleLog(workshop, cycle, { step, follow })) {
        if (!out.json) out.print(describeLogged(line, out.paint))
        else if (follow) out.line(line)
        else lines.push(line)
      }
      if (!follow) out.result({ cycle, lines }, () => '')
      return workshop.signal.aborted ? exitCodes.interrupted : exitCodes.done
    }),
  )
}
