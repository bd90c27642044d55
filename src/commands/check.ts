import { buildApp, hooksOf, readConfig } from '../app.ts'
import { checkOnce } from '../cycle/check.ts'
import type { CheckResult } from '../cycle/check.ts'
import { foresee } from '../cycle/foresee.ts'
import { underRunLock } from '../cycle/run-lock.ts'
import { checkContinuously, checkUntilIdle } from '../cycle/until-idle.ts'
import { exitCodes, GenesisError } from '../errors.ts'
import type { Config } from '../config/schema.ts'
import { withPings } from '../hooks/ping.ts'
import { describeCheck } from '../terminal/check.ts'
import type { Output } from '../terminal/output.ts'
import { examples } from './command.ts'
import type { CommandModule } from './command.ts'

interface Options {
  once?: true
  untilIdle?: true
  dryRun?: true
}

export const configure: CommandModule['configure'] = (command, act) => {
  command
    .option('--once', 'do exactly one thing: open a cycle, run its next step, or nothing')
    .option('--until-idle', 'repeat that until nothing is due (what the timer runs)')
    .option('--dry-run', 'say what would be done, and change nothing')
  examples(command, [
    ['genesis-improve check --once', 'one look, one thing done'],
    ['genesis-improve check --until-idle', 'run a whole cycle if one is due'],
    ['genesis-improve check', 'stay, and look every 60 minutes'],
    ['genesis-improve check --once --json', 'the same for programs'],
  ])
  command.action(
    act(async (invocation, options: Options) => {
      const { out } = invocation
      const app = await buildApp(invocation)
      const told = (result: CheckResult): void => {
        app.settle()
        if (out.logs) tell(out, result)
        else if (!out.json) out.print(describeCheck(result, out.paint))
      }
      const toldEach = (result: CheckResult): void => (out.json ? out.line(documentOf(result)) : told(result))
      const pinged = async (config: Config, look: () => Promise<CheckResult>) =>
        await withPings(config.hooks.ping_url, look, (text) => out.note(text))
      if (options.dryRun) {
        const foreseen = await foresee(app.workshop, app.config)
        out.result(foreseen, () => foreseen.explanation)
        return exitCodes.done
      }
      if (options.once) {
        const result = await pinged(
          app.config,
          async () => await underRunLock(app.workshop, async (locked) => await checkOnce(locked, app.config)),
        )
        told(result)
        return finish(out, result)
      }
      if (options.untilIdle) return finish(out, await pinged(app.config, async () => await checkUntilIdle(app.workshop, app.config, told)))
      await checkContinuously(
        app.workshop,
        async () => await readConfig(invocation),
        async (config) => {
          const workshop = { ...app.workshop, hook: hooksOf(app.workshop.home, config) }
          return await pinged(config, async () => await checkUntilIdle(workshop, config, toldEach))
        },
        (error) => {
          app.settle()
          if (!(error instanceof GenesisError)) throw error
          out.failure(error)
        },
      )
      return exitCodes.interrupted
    }),
  )
}

function finish(out: Output, result: CheckResult): number {
  if (result.error !== null && !out.json) out.failure(result.error, result)
  out.result(documentOf(result), () => '')
  return result.error?.exitCode ?? exitCodes.done
}

/** In a log, what a step did stands there already, told by the step. */
function tell(out: Output, { action, cycle, step, explanation }: CheckResult): void {
  const isTold = action === 'opened' || action === 'failed' || (step !== null && action !== 'waiting')
  if (!isTold) out.log({ level: 'info', event: `check-${action}`, cycle, step, message: explanation })
}

function documentOf({ triggers, ...result }: CheckResult): object {
  return { ...result, triggers: triggers?.triggers ?? null }
}
