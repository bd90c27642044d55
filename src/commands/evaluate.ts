import { buildApp } from '../app.ts'
import { evaluateModels } from '../cycle/evaluate-models.ts'
import type { JudgedItem } from '../cycle/judged-item.ts'
import { exitCodes } from '../errors.ts'
import { writeLines } from '../state/files.ts'
import { describeJudgement } from '../terminal/cycle.ts'
import { examples } from './command.ts'
import { outputFile } from '../state/output-file.ts'
import type { CommandModule } from './command.ts'

interface Options {
  against?: string
  set?: string
  retention?: string
  results?: string
}

export const configure: CommandModule['configure'] = (command, act) => {
  command
    .argument('<model>', 'a release, genesis-base, or a GGUF file')
    .option('--against <model>', 'the model to compare it with (default: the one in production)')
    .option('--set <file>', "gate items, JSONL as in data/gate.jsonl (default: this home's held-out items)")
    .option('--retention <file>', 'retention items to go with them')
    .option('--results <file>', 'write every item with both answers, as JSONL')
  examples(command, [
    ['genesis-improve evaluate genesis-20260131-140500 --against genesis-base', 'is it better?'],
    ['genesis-improve evaluate tuned.gguf --set mine.jsonl --retention keep.jsonl', 'on items of your own'],
  ])
  command.action(
    act(async (invocation, model: string, { against, set, retention, results }: Options) => {
      const { out } = invocation
      const resultsFile = results === undefined ? null : await outputFile(results)
      const app = await buildApp(invocation)
      const evaluation = await evaluateModels(app.workshop, app.config, {
        ...{ candidate: model, baseline: against, gateFile: set, retentionFile: retention },
      })
      app.settle()
      const { answers, ...summary } = evaluation
      if (resultsFile !== null)
        await writeLines(
          resultsFile,
          answers.baseline.map((row, index) => JSON.stringify(besides(row, answers.candidate[index]))),
        )
      const { judgement } = evaluation
      out.result({ ...summary, results: resultsFile }, () =>
        [`${evaluation.candidate} against ${evaluation.baseline}`, describeJudgement(judgement, out.paint)].join('\n\n'),
      )
      return judgement.verdict === 'DEPLOY' ? exitCodes.done : exitCodes.notDeployed
    }),
  )
}

/** One item with both answers; the two are in the same order. */
function besides({ score, answer, finish, ...item }: JudgedItem, candidate: JudgedItem | undefined): object {
  return {
    ...item,
    baseline: { score, answer, finish },
    candidate: { score: candidate?.score, answer: candidate?.answer, finish: candidate?.finish },
  }
}
