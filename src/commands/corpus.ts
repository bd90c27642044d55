import path from 'node:path'
import { loadConfig } from '../config/load-config.ts'
import { exitCodes } from '../errors.ts'
import { ProgressDisplay } from '../terminal/progress.ts'
import { examples, withGlobalOptions } from './command.ts'
import type { CommandModule } from './command.ts'

export const configure: CommandModule['configure'] = (command, act) => {
  const push = withGlobalOptions(
    command
      .command('push')
      .argument('<file>', 'a JSONL file of {"input","output","category"?}')
      .description('write a file into the configured collection'),
  )
  examples(push, [['genesis-improve corpus push examples.jsonl', 'makes the collection if need be']])
  push.action(
    act(async ({ home, environment, out, clock }, file: string) => {
      const { corpus } = await loadConfig({ homeDirectory: home.root, environment })
      const { pushCorpus } = await import('../corpora/push.ts')
      const display = new ProgressDisplay(out)
      const pushed = await pushCorpus(path.resolve(file), { ...corpus, apiKey: environment['WEAVIATE_API_KEY'] }, (written) => {
        void display.show(null, { text: `${written} examples written`, done: null, total: null, timeLeftMs: null }, clock.now().getTime())
      })
      display.clear()
      out.result(pushed, () => {
        const skipped = Object.entries(pushed.skipped).map(([reason, count]) => `${count} left out, each ${reason}`)
        return [`${pushed.written} examples are in ${corpus.collection}${pushed.created ? ', which was made' : ''}.`, ...skipped].join('\n')
      })
      return exitCodes.done
    }),
  )
}
