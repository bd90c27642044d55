import { buildApp } from '../app.ts'
import { foreseePruning, prune } from '../cycle/pruning/prune.ts'
import { reconcile } from '../cycle/reconcile.ts'
import { underRunLock } from '../cycle/run-lock.ts'
import { exitCodes } from '../errors.ts'
import { describePruning } from '../terminal/prune.ts'
import { examples } from './command.ts'
import type { CommandModule } from './command.ts'

export const configure: CommandModule['configure'] = (command, act) => {
  command.option('--dry-run', 'say what would be freed, and change nothing')
  examples(command, [
    ['genesis-improve prune --dry-run', 'what would go, and by which setting'],
    ['genesis-improve prune', 'free it now; each cycle does so at its end'],
  ])
  command.action(
    act(async (invocation, { dryRun = false }: { dryRun?: boolean }) => {
      const { workshop, config } = await buildApp(invocation)
      const { serving } = await workshop.parts(config)
      const items = dryRun
        ? await foreseePruning(workshop, serving, config)
        : await underRunLock(workshop, async (locked) => {
            await reconcile(locked)
            return await prune(locked, serving, config)
          })
      const freedBytes = items.reduce((sum, { bytes }) => sum + bytes, 0)
      invocation.out.result({ dryRun, freedBytes, items }, () => describePruning(items, dryRun))
      return exitCodes.done
    }),
  )
}
