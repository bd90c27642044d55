import { createReadStream } from 'node:fs'
import { access, constants, stat } from 'node:fs/promises'
import { InvalidArgumentError } from 'commander'
import type { Command } from 'commander'
import { buildApp } from '../app.ts'
import type { App } from '../app.ts'
import { ownSets } from '../cycle/own-sets.ts'
import type { OwnSets } from '../cycle/own-sets.ts'
import type { ArtefactTest } from '../cycle/self-test-artefacts.ts'
import { exitCodes, GenesisError, systemErrorCode } from '../errors.ts'
import { failureShare, givenFailureShare } from '../gate/failure-share.ts'
import { judge } from '../gate/judge.ts'
import { readPairedScores } from '../gate/rows.ts'
import type { ResultSource } from '../gate/rows.ts'
import { selfTest } from '../gate/self-test.ts'
import { describeArtefacts, describeSelfTest, inWords } from '../terminal/self-test.ts'
import { describeJudgement } from '../terminal/cycle.ts'
import { examples, wholeNumber, withGlobalOptions } from './command.ts'
import { configure as configureItems } from './gate-items.ts'
import type { Act, CommandModule } from './command.ts'

interface JudgeOptions {
  baseline: string
  candidate: string
  failureShare?: number
  failureShareRange?: { lower: number; upper: number }
  minimumGain: number
  margin: number
  alpha: number
}

export const configure: CommandModule['configure'] = (command, act) => {
  configureJudge(command, act)
  configureSelfTest(command, act)
  configureItems(command, act)
}

function configureJudge(command: Command, act: Act): void {
  const judgeCommand = withGlobalOptions(command.command('judge'))
    .description('judge two result files: DEPLOY (exit 0), REFUSE or ABSTAIN (exit 21)')
    .requiredOption(
      '--baseline <file>',
      'results of the model in production, JSON lines {"id","stratum","score"}; may also have "category", "cluster", "input", "expected", "answer"',
    )
    .requiredOption('--candidate <file>', 'results of the new model on the same items')
    .option('--failure-share <share>', 'share of live requests that the baseline fails on (default: .1, from .05 to .2)', share)
    .option('--failure-share-range <lower,upper>', 'range of that share, when it is not known exactly', range)
    .option('--minimum-gain <gain>', 'gain in live accuracy that must be exceeded', share, 0.01)
    .option('--margin <margin>', 'non-inferiority margin on retention and regression', share, 0.05)
    .option('--alpha <alpha>', 'one-sided level', share, 0.05)
  examples(judgeCommand, [
    ['genesis-improve gate judge --baseline old.jsonl --candidate new.jsonl', 'any harness will do'],
    ['... --failure-share 0.15 --json', 'a known share, for programs'],
  ])
  judgeCommand.action(
    act(async ({ out }, options: JudgeOptions) => {
      const scores = await readPairedScores(await source(options.baseline), await source(options.candidate))
      const { alpha, minimumGain, margin } = options
      const judgement = judge({ scores, failureShare: shareFrom(options), limits: { alpha, minimumGain, margin } })
      out.result(judgement, () => describeJudgement(judgement, out.paint))
      return judgement.verdict === 'DEPLOY' ? exitCodes.done : exitCodes.notDeployed
    }),
  )
}

interface SelfTestOptions {
  simulations: number
  gate?: number
  retention?: number
  failureShare?: number
  artefacts?: boolean
}

function configureSelfTest(command: Command, act: Act): void {
  const selfTestCommand = withGlobalOptions(command.command('self-test'))
    .description("try the gate on drawn candidates, with this home's own numbers of items")
    .option('--simulations <number>', 'candidates drawn of each kind', wholeNumber(100, 100_000), 2000)
    .option('--gate <number>', 'as if there were so many gate items', wholeNumber(0, 10_000))
    .option('--retention <number>', 'as if there were so many retention items', wholeNumber(0, 10_000))
    .option('--failure-share <share>', 'as if that share of live requests failed', share)
    .option('--artefacts', 'also judge the real model against itself and a spoilt copy (takes minutes; exit 20 if a verdict is wrong)')
  examples(selfTestCommand, [
    ['genesis-improve gate self-test', 'what the gate would do here'],
    ['... --gate 40 --retention 200', 'what it would do with more items'],
  ])
  selfTestCommand.action(
    act(async (invocation, options: SelfTestOptions) => {
      const app = await buildApp(invocation)
      const own = await ownSets(app.workshop, app.config)
      const sizes = { gate: options.gate ?? own.sizes.gate, retention: options.retention ?? own.sizes.retention }
      const known = options.failureShare === undefined ? own.failureShare : givenFailureShare(options.failureShare)
      const test = selfTest({ sizes, failureShare: known, limits: own.limits }, options.simulations)
      const artefacts = options.artefacts === true ? await tryArtefacts(app, own) : null
      app.settle()
      const { cycle, attempts } = own
      invocation.out.result({ ...test, cycle, attempts, text: inWords(test), artefacts }, () => {
        const text = describeSelfTest(test, own, invocation.out.paint)
        return artefacts === null ? text : `${text}\n\n${describeArtefacts(artefacts, invocation.out.paint)}`
      })
      return artefacts?.passed === false ? exitCodes.failed : exitCodes.done
    }),
  )
}

async function tryArtefacts({ workshop, config }: App, own: OwnSets): Promise<ArtefactTest> {
  const { testArtefacts } = await import('../cycle/self-test-artefacts.ts')
  return await testArtefacts(workshop, config, own)
}

function shareFrom({ failureShare: value, failureShareRange: given }: JudgeOptions): ReturnType<typeof failureShare> {
  if (value !== undefined) return givenFailureShare(value, given)
  const assumed = failureShare({ successes: 0, failures: 0 })
  return given === undefined ? assumed : givenFailureShare(Math.min(Math.max(assumed.value, given.lower), given.upper), given)
}

async function source(file: string): Promise<ResultSource> {
  let why: string | undefined
  try {
    await access(file, constants.R_OK)
    if ((await stat(file)).isFile()) return { name: file, text: createReadStream(file, 'utf8') }
    why = 'it is not a regular file'
  } catch (error) {
    why = systemErrorCode(error)
    if (why === undefined) throw error
  }
  throw new GenesisError('GI-GATE-DATA', { what: `${file} cannot be read.`, why, remedy: 'Name a readable JSON lines file.' })
}

function share(text: string): number {
  const value = /^(\d+(\.\d*)?|\.\d+)$/.test(text) ? Number(text) : NaN
  if (!(value >= 0 && value <= 1)) throw new InvalidArgumentError('It must be a number from 0 to 1.')
  return value
}

function range(text: string): { lower: number; upper: number } {
  const [lower, upper, ...rest] = text.split(',').map(share)
  if (lower === undefined || upper === undefined || rest.length > 0 || lower > upper)
    throw new InvalidArgumentError('It must be two numbers like 0.05,0.2.')
  return { lower, upper }
}
