import { buildApp } from '../app.ts'
import { underRunLock } from '../cycle/run-lock.ts'
import { reconcile } from '../cycle/reconcile.ts'
import { rollback } from '../cycle/rollback.ts'
import { exitCodes } from '../errors.ts'
import { examples } from './command.ts'
import type { CommandModule } from './command.ts'

export const configure: CommandModule['configure'] = (command, act) => {
  command.argument('[release]', 'the release to go back to (default: the one before the current one)')
  examples(command, [
    ['genesis-improve rollback', 'serve the previous release again'],
    ['genesis-improve rollback genesis-base', 'serve the base model again'],
  ])
  command.action(
    act(async (invocation, release: string | undefined) => {
      const { workshop, config } = await buildApp(invocation)
      const done = await underRunLock(workshop, async (locked) => {
        await reconcile(locked)
        return await rollback(locked, config, release)
      })
      const text = `${done.to} is served again; ${done.from} is not. The corrections it was made from are waiting again.`
      invocation.out.result(done, () => text)
      return exitCodes.done
    }),
  )
}
