import { buildApp, readConfig } from '../app.ts'
import { exitCodes } from '../errors.ts'
import { serve } from '../server/serve.ts'
import { programVersion } from '../system/package-root.ts'
import { examples } from './command.ts'
import type { CommandModule } from './command.ts'

export const configure: CommandModule['configure'] = (command, act) => {
  examples(command, [
    ['genesis-improve serve', 'API on 127.0.0.1:8000, metrics on 127.0.0.1:9127'],
    ['curl http://127.0.0.1:8000/openapi.json', 'what can be asked'],
  ])
  command.action(
    act(async (invocation) => {
      const { out, environment } = invocation
      const { workshop, config } = await buildApp(invocation)
      const token = environment['GENESIS_API_TOKEN'] ?? null
      // The caller is told that it is a bug; what it was stands in the journal.
      const failed = (error: unknown): void => out.error(error instanceof Error ? (error.stack ?? error.message) : String(error))
      await serve(
        { workshop, readConfig: async () => await readConfig(invocation), config: config.server, token, version: programVersion(), failed },
        ({ api, metrics }) => {
          if (out.json) out.line({ api, metrics })
          else out.print([`API at ${api}`, ...(metrics === null ? [] : [`metrics at ${metrics}/metrics`])].join(', '))
        },
      )
      return exitCodes.done
    }),
  )
}
