import { buildApp } from '../app.ts'
import { examine, exitCodeOf } from '../doctor/examine.ts'
import { describeFindings } from '../terminal/doctor.ts'
import { examples } from './command.ts'
import type { CommandModule } from './command.ts'

export const configure: CommandModule['configure'] = (command, act) => {
  examples(command, [
    ['genesis-improve doctor', 'is everything there that a cycle needs?'],
    ['genesis-improve doctor --json', 'the same for programs; exit 0, 10 or 12'],
  ])
  command.action(
    act(async (invocation) => {
      const { config, workshop } = await buildApp(invocation)
      const findings = await examine(workshop, config)
      const exitCode = exitCodeOf(findings)
      invocation.out.result({ healthy: exitCode === 0, findings }, () => describeFindings(findings, invocation.out.paint))
      return exitCode
    }),
  )
}
