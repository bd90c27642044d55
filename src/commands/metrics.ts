import { buildApp } from '../app.ts'
import { exitCodes } from '../errors.ts'
import { readMetricFacts } from '../server/metric-facts.ts'
import { metricsText } from '../server/metrics.ts'
import { writeFileAtomic } from '../state/files.ts'
import { programVersion } from '../system/package-root.ts'
import { examples } from './command.ts'
import { outputFile } from '../state/output-file.ts'
import type { CommandModule } from './command.ts'

/** node_exporter runs as a user of its own. */
const readableByAll = 0o644

export const configure: CommandModule['configure'] = (command, act) => {
  command.option('--textfile <path>', 'write them there in one piece, for the textfile collector of node_exporter')
  examples(command, [
    ['genesis-improve metrics', 'the metrics of this home, as Prometheus reads them'],
    ['genesis-improve metrics --textfile /var/lib/node_exporter/genesis.prom', 'after each check'],
  ])
  command.action(
    act(async (invocation, { textfile }: { textfile?: string }) => {
      const { out } = invocation
      const { workshop, config } = await buildApp(invocation)
      const text = await metricsText(await readMetricFacts(workshop, config, programVersion()))
      if (textfile === undefined) {
        out.result({ metrics: text }, () => text.trimEnd())
      } else {
        const file = await outputFile(textfile)
        await writeFileAtomic(file, text, readableByAll)
        out.result({ textfile: file }, () => `The metrics are in ${file}.`)
      }
      return exitCodes.done
    }),
  )
}
