import path from 'node:path'
import type { BaseSurroundings, FoundBase } from './base/find-base.ts'
import { loadConfig, resolvedCorpus } from './config/load-config.ts'
import type { ResolvedConfig } from './config/load-config.ts'
import { secretsOfConfig } from './config/secrets.ts'
import { Config } from './config/schema.ts'
import type { Invocation } from './commands/command.ts'
import { defaultEngineDirectory, defaultTrainersDirectory } from './engine/engine-directory.ts'
import { CycleLogs } from './cycle/cycle-log.ts'
import type { Parts, Workshop } from './cycle/parts.ts'
import { GenesisError } from './errors.ts'
import { ollamaHost } from './ollama/host.ts'
import type { OllamaServer } from './ollama/server.ts'
import type { Home } from './state/home.ts'
import { problemsOfFile } from './state/checked-file.ts'
import { trainingLockFile } from './state/training-lock.ts'
import { cachedDigest } from './state/digest-cache.ts'
import { Narrator } from './terminal/narrator.ts'

/** What a command works with: the configuration, and the parts that it names. */
export interface App {
  config: ResolvedConfig
  workshop: Workshop
  /** Takes the progress display away before a result is printed. */
  settle(): void
}

/** Builds the parts from the configuration; this is where everything meets. */
export async function buildApp(invocation: Invocation): Promise<App> {
  const { home, environment, clock, out, signal, secrets } = invocation
  const config = await readConfig(invocation)
  const conceal = (text: string): string => secrets.conceal(text)
  const narrator = new Narrator(out, new CycleLogs(home, { clock, conceal }), clock)
  const surroundings = surroundingsOf(invocation)
  const workshop: Workshop = {
    home,
    clock,
    signal,
    parts: async (cycleConfig) => await buildParts(invocation, cycleConfig, surroundings(cycleConfig)),
    trainingLock: (present) => trainingLockFile(present.trainer, home.root, engineDirectoryOf(environment)),
    base: async (cycleConfig) => await surroundings(cycleConfig).base(),
    report: narrator.report,
    log: narrator.log,
    conceal,
    hook: hooksOf(home, config),
    notice: narrator.notice,
  }
  return { config, workshop, settle: () => narrator.settle() }
}

/** Reads the configuration of an invocation's home; its secrets are kept out of everything that is said from then on. */
export async function readConfig({ home, environment, secrets }: Invocation): Promise<ResolvedConfig> {
  const config = await loadConfig({ homeDirectory: home.root, environment })
  secrets.add(secretsOfConfig(config))
  return config
}

/** The hooks of a configuration; whoever reads it anew has to take its hooks anew as well. */
export function hooksOf(home: Home, { hooks }: Pick<Config, 'hooks'>): Workshop['hook'] {
  return {
    wants: (name) => hooks[name] !== undefined,
    run: async (event) => {
      const { runHook } = await import('./hooks/run-hook.ts')
      return await runHook(home, hooks, event)
    },
  }
}

/** The implementations that a configuration names. They are read only when something asks for parts. */
async function buildParts({ home, environment }: Invocation, config: Config, { ollama, base }: Surroundings): Promise<Parts> {
  const [{ corpora }, { trainers }, { runtimes, runtimeKind }, { servings }] = await Promise.all([
    import('./corpora/index.ts'),
    import('./trainers/index.ts'),
    import('./runtimes/index.ts'),
    import('./serving/index.ts'),
  ])
  const engineDirectory = engineDirectoryOf(environment)
  return {
    corpus: await corpora[config.corpus.kind]({
      ...config.corpus,
      file: resolvedCorpus(config, home.root),
      apiKey: environment['WEAVIATE_API_KEY'],
    }),
    trainer: await trainers[config.trainer.kind](config.trainer, {
      engineDirectory,
      trainersDirectory: trainersDirectoryOf(environment),
      homeRoot: home.root,
      cacheDirectory: home.cache,
      checkFile: async (name, file, check) => await problemsOfFile(home, name, file, check),
    }),
    runtime: await runtimes[runtimeKind(config)](config.runtime, { engineDirectory, ollama }),
    serving: await servings[config.serving.kind](config.serving, {
      home,
      ollama,
      base: async () => {
        const found = await base()
        if (found === null) throw new GenesisError('GI-BASE-MISSING')
        return { ...found, digest: await cachedDigest(home, found.path) }
      },
    }),
  }
}

interface Surroundings {
  ollama: (signal?: AbortSignal) => Promise<OllamaServer>
  base: () => Promise<FoundBase | null>
}

/** What lies outside the home: found and connected to when something asks for it. */
function surroundingsOf(invocation: Invocation): (config: Config) => Surroundings {
  return (config) => {
    const around = aroundBase(invocation, config)
    const base = async (): Promise<FoundBase | null> => {
      const { findBase } = await import('./base/find-base.ts')
      return await findBase(config, around)
    }
    return { ollama: around.ollama, base }
  }
}

function aroundBase({ home, environment, signal: stop }: Invocation, config: Config): BaseSurroundings & Pick<Surroundings, 'ollama'> {
  return {
    homeRoot: home.root,
    ollama: async (signal: AbortSignal = stop) => {
      const { OllamaServer } = await import('./ollama/server.ts')
      const { host } = config.serving
      return new OllamaServer({ host: ollamaHost(host) ?? host, apiKey: environment['OLLAMA_API_KEY'], signal })
    },
    modelsDirectory: environment['OLLAMA_MODELS'],
  }
}

/** Where a home that has no configuration yet may find its base. */
export function baseSurroundings(invocation: Invocation): BaseSurroundings {
  const host = ollamaHost(invocation.environment['OLLAMA_HOST'] ?? '')
  return aroundBase(invocation, Config.parse(host === undefined ? {} : { serving: { host } }))
}

/** GENESIS_TRAINERS_DIR, else the user's cache directory. */
export function trainersDirectoryOf(environment: Invocation['environment']): string {
  const given = environment['GENESIS_TRAINERS_DIR'] ?? ''
  return given === '' ? defaultTrainersDirectory(environment) : path.resolve(given)
}

/** GENESIS_ENGINE_DIR, else the user's cache directory. */
export function engineDirectoryOf(environment: Invocation['environment']): string {
  const given = environment['GENESIS_ENGINE_DIR'] ?? ''
  return given === '' ? defaultEngineDirectory(environment) : path.resolve(given)
}
