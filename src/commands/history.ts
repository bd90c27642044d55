import { buildApp } from '../app.ts'
import { readHistory } from '../cycle/history.ts'
import { exitCodes } from '../errors.ts'
import { listReleases } from '../serving/release-files.ts'
import { readState } from '../state/store.ts'
import { describeHistory } from '../terminal/history.ts'
import { examples } from './command.ts'
import type { CommandModule } from './command.ts'

export const configure: CommandModule['configure'] = (command, act) => {
  examples(command, [['genesis-improve history', 'every cycle, how it ended, and the releases']])
  command.action(
    act(async (invocation) => {
      const { workshop } = await buildApp(invocation)
      const cycles = await readHistory(workshop)
      const releases = (await listReleases(workshop.home)).filter(({ deployedAt }) => deployedAt !== null)
      const { state } = await readState(workshop.home)
      const history = { current_model: state.current_model, cycles, releases }
      invocation.out.result(history, () => describeHistory(history, invocation.out.paint))
      return exitCodes.done
    }),
  )
}
