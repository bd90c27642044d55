import { buildApp } from '../app.ts'
import { askModels } from '../cycle/ask.ts'
import { exitCodes } from '../errors.ts'
import { examples } from './command.ts'
import type { CommandModule } from './command.ts'

export const configure: CommandModule['configure'] = (command, act) => {
  command
    .argument('<question>', 'what to ask')
    .option('--model <model>', 'a release, or genesis-base (default: the current model)')
    .option('--compare', 'ask the base model too')
  examples(command, [
    ['genesis-improve ask "how do i list open ports?"', 'the current model'],
    ['genesis-improve ask "how do i list open ports?" --compare', 'and the base beside it'],
  ])
  command.action(
    act(async (invocation, question: string, options: { model?: string; compare?: true }) => {
      const app = await buildApp(invocation)
      const answers = await askModels(app.workshop, app.config, question, options.model, options.compare === true)
      app.settle()
      invocation.out.result({ question, answers }, () => {
        const [only] = answers
        if (only !== undefined && answers.length === 1) return only.text
        const width = Math.max(...answers.map(({ model }) => model.length))
        return answers.map(({ model, text }) => `${model.padEnd(width)}  ${text}`).join('\n')
      })
      return exitCodes.done
    }),
  )
}
