import { buildApp } from '../app.ts'
import { triggerCycle } from '../cycle/trigger.ts'
import { checkUntilIdle } from '../cycle/until-idle.ts'
import { exitCodes, GenesisError } from '../errors.ts'
import { readHistory } from '../cycle/history.ts'
import { describeCheck } from '../terminal/check.ts'
import { examples } from './command.ts'
import type { CommandModule } from './command.ts'

export const configure: CommandModule['configure'] = (command, act) => {
  command.option('--wait', 'run the cycle now, to its end; exit code 21 when it does not deploy')
  examples(command, [
    ['genesis-improve trigger', 'open a cycle; the next check runs it'],
    ['genesis-improve trigger --wait', 'open a cycle and run it'],
  ])
  command.action(
    act(async (invocation, options: { wait?: true }) => {
      const { out } = invocation
      const app = await buildApp(invocation)
      const { id, opened } = await triggerCycle(app.workshop, app.config)
      if (options.wait === undefined) {
        const next = 'The next "genesis-improve check" runs it.'
        out.result({ cycle: id, opened }, () => (opened ? `${id} opened. ${next}` : `${id} is open already. ${next}`))
        return exitCodes.done
      }
      const last = await checkUntilIdle(app.workshop, app.config, (result) => {
        app.settle()
        if (result.action !== 'none') out.print(describeCheck(result, out.paint))
      })
      if (last.error !== null) throw last.error
      const cycle = (await readHistory(app.workshop)).find((entry) => entry.id === id)
      const outcome = cycle?.outcome ?? null
      const reasons = cycle?.reasons ?? []
      out.result({ cycle: id, opened, outcome, reasons }, () =>
        [
          outcome === null ? `${id} waits: ${last.explanation}.` : `${id} ended with ${out.paint.bold(outcome)}.`,
          ...reasons.map((reason) => `- ${reason}`),
        ].join('\n'),
      )
      if (outcome === 'FAILED') throw new GenesisError('GI-STEP-FAILED', { why: reasons.join('; ') })
      return outcome === 'DEPLOY' ? exitCodes.done : exitCodes.notDeployed
    }),
  )
}
