import path from 'node:path'
import { buildApp } from '../app.ts'
import { asGenesisError } from '../cycle/run-step.ts'
import { readStatus } from '../cycle/status.ts'
import { checkUntilIdle } from '../cycle/until-idle.ts'
import { exitCodes, GenesisError } from '../errors.ts'
import { findHomes } from '../fleet/find-homes.ts'
import type { FleetHome } from '../fleet/find-homes.ts'
import { damagedEntry, entryOf } from '../fleet/fleet-entry.ts'
import type { FleetEntry } from '../fleet/fleet-entry.ts'
import { describeCheck } from '../terminal/check.ts'
import { describeFleet } from '../terminal/fleet.ts'
import { examples, withGlobalOptions } from './command.ts'
import type { CommandModule, Invocation } from './command.ts'

export const configure: CommandModule['configure'] = (command, act) => {
  const status = withGlobalOptions(
    command.command('status').argument('<directory>', 'holds the homes').description('show every home of a directory'),
  )
  examples(status, [
    ['genesis-improve fleet status models', 'a line for each home; exit code 10 when one is damaged'],
    ['genesis-improve fleet status models --json', 'the same for programs'],
  ])
  status.action(
    act(async (invocation, given: string) => {
      const directory = path.resolve(given)
      const homes: FleetEntry[] = []
      for (const one of await findHomes(directory)) homes.push(await entryFor(invocation, one))
      invocation.out.result({ directory, homes }, () => describeFleet(directory, homes, invocation.out.paint))
      return homes.some(({ state }) => state === 'damaged') ? exitCodes.invalid : exitCodes.done
    }),
  )

  const check = withGlobalOptions(
    command.command('check').argument('<directory>', 'holds the homes').description('do what is due in every home, one after the other'),
  )
  examples(check, [['genesis-improve fleet check models', 'one timer for all of them; exit code of the first that failed']])
  check.action(
    act(async (invocation, given: string) => {
      const directory = path.resolve(given)
      const homes: CheckedHome[] = []
      for (const one of await findHomes(directory)) homes.push(await checkHome(invocation, one))
      invocation.out.result({ directory, homes }, () => (homes.length === 0 ? `There is no home in ${directory}.` : ''))
      return homes.find(({ error }) => error !== null && error.code !== 'GI-LOCKED')?.error?.exitCode ?? exitCodes.done
    }),
  )
}

/** Whatever is wrong with one home must not hide the others. */
async function entryFor(invocation: Invocation, { name, home }: FleetHome): Promise<FleetEntry> {
  const place = { name, path: home.root }
  try {
    const { config, workshop } = await buildApp({ ...invocation, home })
    return entryOf(place, await readStatus(workshop, config))
  } catch (error) {
    return damagedEntry(place, asGenesisError(error))
  }
}

interface CheckedHome {
  name: string
  path: string
  explanation: string
  error: GenesisError | null
}

/** As `check --until-idle` in that home. Somebody else at work there is no failure. */
async function checkHome(invocation: Invocation, { name, home }: FleetHome): Promise<CheckedHome> {
  const { out, signal } = invocation
  const place = { name, path: home.root }
  try {
    signal.throwIfAborted()
    const app = await buildApp({ ...invocation, home })
    const last = await checkUntilIdle(app.workshop, app.config, (result) => {
      app.settle()
      if (!out.json) out.print(`${name}: ${describeCheck(result, out.paint)}`)
    })
    if (last.error !== null && !out.json) out.failure(ofHome(name, last.error), last)
    return { ...place, explanation: last.explanation, error: last.error }
  } catch (error) {
    if (signal.aborted) throw new GenesisError('GI-INTERRUPTED')
    const failure = asGenesisError(error)
    if (!out.json) out.failure(ofHome(name, failure))
    return { ...place, explanation: failure.what, error: failure }
  }
}

function ofHome(name: string, { code, what, why, remedy }: GenesisError): GenesisError {
  return new GenesisError(code, { what: `${name}: ${what}`, why, remedy })
}
