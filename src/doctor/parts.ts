import type { FoundBase } from '../base/find-base.ts'
import type { Config } from '../config/schema.ts'
import { readGgufSummary } from '../gguf/summary.ts'
import type { Problem } from '../problem.ts'
import { baseModelName } from '../state/state.ts'
import { readState } from '../state/store.ts'
import { readRelease } from '../serving/release-files.ts'
import type { Workshop } from '../cycle/parts.ts'
import { examined, failure, ok, warning } from './finding.ts'
import type { Finding } from './finding.ts'

/** The base and the four parts that a cycle works with. */
export async function examineParts(workshop: Workshop, config: Config, base: FoundBase | Problem): Promise<Finding[]> {
  const { corpus, trainer, runtime, serving } = await workshop.parts(config)
  const isMissing = 'code' in base
  const trainable = isMissing ? [] : await trainer.preflight(base)
  const runtimeProblems = await runtime.preflight()
  const servingProblems = await serving.preflight()
  return [
    ...(isMissing ? [failure('base', base)] : await examined('base', async () => [await examineBase(base)])),
    ...(isMissing ? [] : each('trainer', trainable, `${trainer.name} can train${trainer.place === undefined ? '' : ` ${trainer.place}`}`)),
    // One engine, or one server, may be two parts, and is to blame once.
    ...(runtimeProblems.length > 0
      ? without(runtimeProblems, trainable).map((problem) => failure('runtime', problem))
      : await examined('runtime', async () => [ok('runtime', `${await runtime.version()} generates the answers that are judged`)])),
    ...without(servingProblems, runtimeProblems).map((problem) => failure('serving', problem)),
    ...(servingProblems.length > 0
      ? []
      : [
          ok('serving', `releases go to ${serving.name}`),
          ...(await examined('serving', async () => await examineServed(workshop, config))),
        ]),
    ...each('corpus', await corpus.preflight(), `${corpus.name} can be read`),
  ]
}

/** A finding for each problem; the good news when there is none. */
const each = (name: string, problems: readonly Problem[], good: string): Finding[] =>
  problems.length === 0 ? [ok(name, good)] : problems.map((problem) => failure(name, problem))

const without = (problems: readonly Problem[], named: readonly Problem[]): Problem[] =>
  problems.filter(({ what }) => !named.some((earlier) => earlier.what === what))

async function examineBase({ path, serverName }: FoundBase): Promise<Finding> {
  const { architecture, fileType, parameterCount, chatTemplate } = await readGgufSummary(path)
  const millions = (parameterCount / 1e6).toFixed(parameterCount < 1e8 ? 1 : 0)
  const description = `${serverName ?? path}: ${architecture ?? 'unnamed architecture'}, ${fileType ?? 'mixed types'}, ${millions}M parameters`
  if (chatTemplate !== null) return ok('base', description)
  return warning(
    'base',
    `${description}, without a chat template`,
    'Use an instruction-tuned model: without a template questions are not asked as people ask them.',
  )
}

/** Whether what is served is what the state says. */
async function examineServed(workshop: Workshop, config: Config): Promise<Finding[]> {
  const { home } = workshop
  const { state } = await readState(home)
  const { serving } = await workshop.parts(config)
  const served = await serving.served()
  const current = state.current_model
  const recorded = current === baseModelName ? null : ((await readRelease(home, current))?.digest ?? null)
  const name = served?.name ?? baseModelName
  if (name === current && (served === null || served.digest === recorded)) return [ok('serving', `${current} is served, as recorded`)]
  // Between the switch and its record that is how it should be.
  if (state.open_cycle !== null || state.pending_rollback !== null)
    return [ok('serving', `${name} is served, ${current} is recorded: a change is under way`)]
  return [
    warning(
      'serving',
      name === current ? `${current} is served with other weights than were recorded` : `${name} is served, but ${current} is recorded`,
      current === baseModelName
        ? 'Somebody else changed what is served. The next DEPLOY replaces it; "genesis-improve history" shows what was deployed.'
        : `Somebody else changed what is served. "genesis-improve rollback" goes back to the release before ${current}.`,
    ),
  ]
}
