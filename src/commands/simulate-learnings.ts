import { buildApp } from '../app.ts'
import { readStatus } from '../cycle/status.ts'
import type { Status } from '../cycle/status.ts'
import { exitCodes } from '../errors.ts'
import { removeSimulated, writeSimulatedLearnings } from '../learnings/simulation.ts'
import { countAnew } from '../learnings/state-count.ts'
import { withLock } from '../state/lock.ts'
import { examples, wholeNumber } from './command.ts'
import type { CommandModule } from './command.ts'

interface Options {
  seed: number
  force?: true
  remove?: true
}

const defaultCount = 100

export const configure: CommandModule['configure'] = (command, act) => {
  command
    .argument(
      '[count]',
      `how many learnings to make up (default: ${defaultCount}); those of an earlier call are replaced`,
      wholeNumber(1, 1_000_000),
    )
    .option('--seed <seed>', 'the same seed makes up the same learnings', wholeNumber(0, 2_147_483_647), 42)
    .option('--force', 'although this home holds real learnings or a release; such cycles never deploy')
    .option('--remove', 'delete every simulated learning and what was made of them')
  examples(command, [
    ['genesis-improve simulate-learnings 100', 'see the triggers work in an empty home'],
    ['genesis-improve simulate-learnings --remove', 'take all of it away again'],
  ])
  command.action(
    act(async (invocation, count: number | undefined, { seed, force, remove }: Options) => {
      const { home, out } = invocation
      const { config, workshop } = await buildApp(invocation)
      if (remove === true) {
        const removed = await withLock(home, async () => {
          const count = await removeSimulated(home)
          if (count > 0) await countAnew(home, workshop)
          return count
        })
        out.result({ removed }, () => `${removed} simulated learnings removed.`)
        return exitCodes.done
      }
      const simulated = count ?? defaultCount
      await withLock(home, async () => {
        await writeSimulatedLearnings(home, simulated, seed, { force: force === true })
        await countAnew(home, workshop)
      })
      const status = await readStatus(workshop, config)
      const { should_trigger, trigger_reason, triggers } = status
      out.result({ simulated, seed, waiting: status.learnings_since_training, should_trigger, trigger_reason, triggers }, () =>
        describe(simulated, status),
      )
      return exitCodes.done
    }),
  )
}

/** The last line is a promise to the users of the earlier system. */
function describe(simulated: number, { triggers, should_trigger: isDue, trigger_reason: reason }: Status): string {
  const lines = [`${simulated} simulated learnings are in this home.`, ...triggers.map(({ explanation }) => `- ${explanation}`)]
  return [...lines, isDue ? '✅ TRIGGER CONDITIONS MET - Ready for improvement cycle!' : `${reason}.`].join('\n')
}
