import './system/start-up.ts'
import { Command, CommanderError } from 'commander'
import { readEnvironment } from './config/environment.ts'
import { homeDirectoryFrom } from './config/load-config.ts'
import { secretsOfEnvironment } from './config/secrets.ts'
import { globalOptionsOf, withGlobalOptions } from './commands/command.ts'
import type { Act, CommandModule, GlobalOptions, Invocation } from './commands/command.ts'
import { asGenesisError, errorTable, exitCodes, GenesisError, systemErrorCode } from './errors.ts'
import { homeAt } from './state/home.ts'
import { systemClock } from './system/clock.ts'
import { Concealer } from './system/concealer.ts'
import type { Log } from './system/log.ts'
import { programVersion } from './system/package-root.ts'
import { openLog } from './terminal/open-log.ts'
import { Output } from './terminal/output.ts'

interface Entry {
  name: string
  summary: string
  load(): Promise<CommandModule>
}

/** The commands. A module is read only when its command is called: start-up is paid at every tick of the timer. */
const commands: readonly Entry[] = [
  { name: 'init', summary: 'make a home: find the base model, write the configuration', load: () => import('./commands/init.ts') },
  { name: 'check', summary: 'do what is due: open a cycle, run its next step, or nothing', load: () => import('./commands/check.ts') },
  { name: 'status', summary: 'show where things stand and why', load: () => import('./commands/status.ts') },
  { name: 'trigger', summary: 'start a cycle now', load: () => import('./commands/trigger.ts') },
  { name: 'approve', summary: 'let the next check deploy what the gate let through', load: () => import('./commands/approve.ts') },
  { name: 'reject', summary: 'do not deploy it; its learnings wait again', load: () => import('./commands/reject.ts') },
  { name: 'cancel', summary: 'end the open cycle; its learnings wait again', load: () => import('./commands/cancel.ts') },
  { name: 'learn', summary: 'record one correction, error, pattern or success', load: () => import('./commands/learn.ts') },
  { name: 'forget', summary: 'never train on a learning or judge by it again', load: () => import('./commands/forget.ts') },
  {
    name: 'simulate-learnings',
    summary: 'fill an empty home with marked, made-up learnings',
    load: () => import('./commands/simulate-learnings.ts'),
  },
  { name: 'history', summary: 'list all cycles and releases', load: () => import('./commands/history.ts') },
  {
    name: 'show',
    summary: 'show one cycle, one release or one learning: what it came from, what became of it',
    load: () => import('./commands/show.ts'),
  },
  { name: 'logs', summary: 'show what happened in a cycle, and what its trainer printed', load: () => import('./commands/logs.ts') },
  { name: 'ask', summary: 'ask the current model', load: () => import('./commands/ask.ts') },
  { name: 'evaluate', summary: 'compare two models on held-out items', load: () => import('./commands/evaluate.ts') },
  { name: 'rollback', summary: 'go back to the previous release', load: () => import('./commands/rollback.ts') },
  { name: 'prune', summary: 'free old weights, logs and caches; records stay', load: () => import('./commands/prune.ts') },
  { name: 'verify', summary: 'compare releases, and what is served, with what was recorded', load: () => import('./commands/verify.ts') },
  { name: 'doctor', summary: 'check everything that a cycle needs', load: () => import('./commands/doctor.ts') },
  { name: 'corpus', summary: 'write trusted examples into Weaviate', load: () => import('./commands/corpus.ts') },
  { name: 'package', summary: 'merge a LoRA adapter into a base model', load: () => import('./commands/package.ts') },
  { name: 'trainer', summary: 'install a trainer, or see which are there', load: () => import('./commands/trainer.ts') },
  { name: 'engine', summary: 'install the embedded engine, or look at it', load: () => import('./commands/engine.ts') },
  { name: 'fleet', summary: 'look at many homes at once, or do what is due in all of them', load: () => import('./commands/fleet.ts') },
  { name: 'serve', summary: 'answer over HTTP: status, trigger, learnings, metrics', load: () => import('./commands/serve.ts') },
  { name: 'metrics', summary: 'print or write the metrics of this home', load: () => import('./commands/metrics.ts') },
  {
    name: 'install-service',
    summary: 'write systemd units for this machine and this home',
    load: () => import('./commands/install-service.ts'),
  },
  { name: 'uninstall-service', summary: 'take those units away again', load: () => import('./commands/uninstall-service.ts') },
  { name: 'completion', summary: 'print a completion script for bash, zsh or fish', load: () => import('./commands/completion.ts') },
  { name: 'gate', summary: 'judge results, try the gate, list, add and retire its items', load: () => import('./commands/gate.ts') },
]

async function main(argv: readonly string[]): Promise<number> {
  const environment = readEnvironment()
  const interruption = new AbortController()
  const secrets = new Concealer()
  secrets.add(secretsOfEnvironment(environment))
  const conceal = (text: string): string => secrets.conceal(text)
  let exitCode: number = exitCodes.done
  let invocation = makeInvocation({ json: argv.includes('--json') })

  function makeInvocation(options: GlobalOptions, log: Log | null = null): Invocation {
    return {
      home: homeAt(homeDirectoryFrom(options.home, environment, process.cwd())),
      environment,
      clock: systemClock,
      signal: interruption.signal,
      secrets,
      out: new Output({
        json: options.json ?? false,
        quiet: options.quiet ?? false,
        colour: options.color !== false && (environment['NO_COLOR'] ?? '') === '',
        standardOutput: process.stdout,
        standardError: process.stderr,
        conceal,
        log,
      }),
    }
  }

  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.on(name, () => {
      // A second signal means now.
      if (interruption.signal.aborted) process.exit(exitCodes.interrupted)
      interruption.abort(new GenesisError('GI-INTERRUPTED'))
    })
  }

  for (const stream of [process.stdout, process.stderr]) {
    // A reader that has seen enough (`| head`) is no error.
    stream.on('error', (error) => {
      if (systemErrorCode(error) !== 'EPIPE') throw error
      process.exit(exitCode)
    })
  }

  const program = withGlobalOptions(new Command('genesis-improve'))
    .description('Turns the corrections people give a local model into a better model, and never lets a worse one through.')
    .version(programVersion(), '-V, --version', 'print the version')
    .helpCommand(false)
    .exitOverride()
    .showHelpAfterError('(run with --help to see what there is)')
  program.configureOutput({ writeErr: (text) => invocation.out.json || process.stderr.write(text) })
  const act: Act =
    (work) =>
    async (...given) => {
      exitCode = await work(invocation, ...given)
    }
  for (const entry of commands) {
    const command = withGlobalOptions(program.command(entry.name).description(entry.summary))
    if (argv.includes(entry.name)) (await entry.load()).configure(command, act)
  }
  program.hook('preAction', async (_program, command) => {
    const options = globalOptionsOf(command)
    invocation = makeInvocation(options, await openLog(options.logFormat, environment, conceal))
  })

  try {
    if (argv[0] === '__complete') return await (await import('./commands/completion.ts')).complete(program, argv.slice(1), makeInvocation)
    if (argv.length === 0) program.outputHelp()
    else await program.parseAsync(argv, { from: 'user' })
    return exitCode
  } catch (error) {
    if (error instanceof CommanderError) return usageError(error, invocation)
    return report(error, invocation, environment['GENESIS_DEBUG'] !== undefined)
  }
}

function usageError(error: CommanderError, invocation: Invocation): number {
  if (error.exitCode === 0) return exitCodes.done
  if (invocation.out.json) {
    const { remedy } = errorTable['GI-USAGE']
    invocation.out.errorDocument({ error: { code: 'GI-USAGE', what: error.message.replace(/^error: /, ''), remedy } })
  }
  return exitCodes.usage
}

function report(error: unknown, invocation: Invocation, debug: boolean): number {
  const known = asGenesisError(error)
  if (invocation.out.json) invocation.out.errorDocument({ error: known })
  else invocation.out.failure(known)
  if (debug && error instanceof Error) invocation.out.error(error.stack ?? '')
  return known.exitCode
}

void main(process.argv.slice(2)).then((code) => {
  process.exitCode = code
})
