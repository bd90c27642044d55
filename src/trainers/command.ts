import { access, constants } from 'node:fs/promises'
import path from 'node:path'
import type { Config } from '../config/schema.ts'
import { systemErrorCode } from '../errors.ts'
import type { Problem } from '../problem.ts'
import { commandDigest } from '../system/command-digest.ts'
import type { Trainer, TrainerSurroundings } from './port.ts'
import { quietVariables, usualVariables } from './program-environment.ts'
import { failureCause, ProgressReader } from './program-output.ts'
import { programTrainer } from './program-trainer.ts'
import type { Recipe } from './recipe.ts'

type CommandConfig = Pick<Config['trainer'], 'command' | 'timeLimitHours' | 'nice' | 'runner'>

/** Trains with a program of the user's. */
export const commandTrainer = (config: CommandConfig, { homeRoot }: Pick<TrainerSurroundings, 'homeRoot'>): Trainer =>
  programTrainer(commandRecipe(config, homeRoot), config)

function commandRecipe({ command, runner }: CommandConfig, homeRoot: string): Recipe {
  if (command === undefined) throw new Error('a trainer of the kind "command" without one')
  const program = path.resolve(homeRoot, command.program)
  const model = command.model === undefined ? undefined : path.resolve(homeRoot, command.model)
  return {
    name: 'command',
    program,
    model: { there: model },
    readsBase: true,
    inputs: async () => ({ command: await commandDigest({ ...command, program }, homeRoot), model: command.model ?? null }),
    preflight: async () => (runner.kind === 'local' ? await programProblems(program) : []),
    call: (job, paths) => {
      const { dataset, output } = paths
      const described = {
        id: job.id,
        base: paths.base,
        model: paths.model ?? null,
        dataset,
        output,
        settings: job.settings,
        keep: job.keep ?? 1,
      }
      return Promise.resolve({
        ...{ program, args: [...command.args], passOn: [...usualVariables, ...command.environment] },
        set: {
          ...quietVariables,
          ...{ GENESIS_DATASET: dataset, GENESIS_OUTPUT: output, GENESIS_BASE: paths.base },
          GENESIS_JOB: path.join(dataset, 'job.json'),
          ...(paths.model === undefined ? {} : { GENESIS_MODEL: paths.model }),
        },
        files: { 'job.json': `${JSON.stringify(described, null, 2)}\n` },
      })
    },
    progress: (startedMs) => new ProgressReader(startedMs),
    cause: failureCause,
  }
}

async function programProblems(program: string): Promise<Problem[]> {
  try {
    await access(program, constants.X_OK)
    return []
  } catch (error) {
    if (systemErrorCode(error) === undefined) throw error
    return [
      {
        code: 'GI-TRAINER-MISSING',
        what: `The training program ${program} is not there, or may not be run.`,
        remedy: 'Correct "trainer.command.program", or make it executable (chmod +x).',
      },
    ]
  }
}
