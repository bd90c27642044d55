import { stat } from 'node:fs/promises'
import path from 'node:path'
import type { z } from 'zod'
import { GenesisError, systemErrorCode } from '../errors.ts'
import { ollamaHost } from '../ollama/host.ts'
import { digestText } from '../state/files.ts'
import { homeAt } from '../state/home.ts'
import { readConfigFile } from './config-file.ts'
import type { Environment } from './environment.ts'
import { describeIssues } from './problems.ts'
import type { ConfigProblem } from './problems.ts'
import { Config } from './schema.ts'
import { settingsFromEnvironment, withSettings } from './settings.ts'
import type { Setting } from './settings.ts'

/** The configuration as it holds for one call: file < environment < flags, defaults filled in. Paths stand as they were written. */
export interface ResolvedConfig extends Config {
  /** Absolute path of the home; relative paths of the configuration start here. */
  homeDirectory: string
  /** FORGE_HOST, the remote GPU host; null when not set. */
  forgeHost: string | null
  /** GENESIS_ENGINE_DIR, absolute; null when not set. */
  engineDirectory: string | null
}

export interface ConfigSources {
  homeDirectory: string
  environment: Environment
  /** Flags, as settings with the flag's name as their source. */
  overrides?: readonly Setting[]
}

/**
 * Reads and checks the whole configuration. Throws GI-HOME-UNUSABLE when the home is no directory, GI-CONFIG-UNREADABLE when the
 * file can't be read, GI-CONFIG-INVALID otherwise; `why` has one line a problem, all of them at once.
 */
export async function loadConfig({ homeDirectory, environment, overrides = [] }: ConfigSources): Promise<ResolvedConfig> {
  const home = homeAt(homeDirectory)
  await requireDirectory(home.root)
  const file = await readConfigFile(home.config)
  const fromEnvironment = settingsFromEnvironment(environment)
  const settings = [...fromEnvironment.settings, ...overrides]
  const problems: ConfigProblem[] = []
  if ('unreadable' in file) problems.push({ where: home.config, what: file.unreadable })
  if ('malformed' in file) problems.push({ where: home.config, what: file.malformed })
  // Each source is judged by itself first: a bad value stays an error where a flag happens to cover it.
  const asWritten = 'raw' in file ? parse(file.raw) : undefined
  problems.push(...(asWritten?.problems ?? []))
  problems.push(...fromEnvironment.problems)
  for (const setting of settings) problems.push(...parse(withSettings({}, [setting]), setting.source).problems)
  if (problems.length > 0 || !('raw' in file)) throw invalid(problems, 'unreadable' in file)
  const forge = environment['FORGE_HOST']
  const all = forge === undefined ? settings : [...forgeSettings(file.raw, forge), ...settings]
  const { config, problems: ofAll } = all.length === 0 && asWritten ? asWritten : parse(withSettings(file.raw, all))
  if (!config) throw invalid(ofAll, false)
  return {
    ...config,
    homeDirectory: home.root,
    forgeHost: environment['FORGE_HOST'] ?? null,
    engineDirectory: absolute(environment['GENESIS_ENGINE_DIR'], home.root),
  }
}

/** The home's directory: the flag, else GENESIS_HOME, else the current directory. Throws GI-CONFIG-INVALID when GENESIS_HOME is set to nothing. */
export function homeDirectoryFrom(flag: string | undefined, environment: Environment, currentDirectory: string): string {
  const named = flag ?? environment['GENESIS_HOME']
  if (flag === undefined && named?.trim() === '') throw invalid(settingsFromEnvironment({ GENESIS_HOME: named }).problems, false)
  return path.resolve(currentDirectory, named ?? '.')
}

/** Absolute path of the file that is configured as the base; null when none is. */
export function resolvedBaseFile(config: Pick<Config, 'base'>, homeRoot: string): string | null {
  return absolute(config.base?.gguf, homeRoot)
}

/** Absolute path of the corpus file. */
export function resolvedCorpus(config: { corpus: Pick<Config['corpus'], 'path'> }, homeRoot: string): string {
  return path.resolve(homeRoot, config.corpus.path)
}

/**
 * Digest of the settings that shape what a cycle ends with, for telling whether anything differs from an earlier one. Triggers and
 * serving only say when and where, as do hours, the machine that trains, approval and what comes after a deployment; the base is recorded by the digest of its content.
 */
export function configDigest(config: Config): string {
  const { runtime, dataset } = config
  const corpus = { ...config.corpus, writeBack: undefined }
  // Left out where it changes nothing, so that homes from before this setting have the digest that they had.
  const checkpoints = config.trainer.checkpoints === 1 ? undefined : config.trainer.checkpoints
  const trainer = { ...config.trainer, checkpoints, window: undefined, nice: undefined, lock: undefined, runner: undefined }
  const gate = { ...config.gate, approval: undefined, probation: undefined }
  const guard = config.guard.maximumShare === undefined ? undefined : { maximumShare: config.guard.maximumShare }
  return digestText(JSON.stringify(sorted({ corpus, trainer, runtime, gate, dataset, guard })))
}

/** The remote host is where its Ollama listens and where programs train by ssh, unless the file names others (or OLLAMA_HOST). */
function forgeSettings(raw: unknown, forge: string): Setting[] {
  const { serving, trainer } = raw as { serving?: { host?: unknown }; trainer?: { runner?: { kind?: unknown; host?: unknown } } }
  const source = 'FORGE_HOST'
  const trainsThere = trainer?.runner?.kind === 'ssh' && trainer.runner.host === undefined
  return [
    ...(serving?.host === undefined ? [{ source, path: ['serving', 'host'] as const, value: ollamaHost(forge) ?? forge }] : []),
    ...(trainsThere ? [{ source, path: ['trainer', 'runner', 'host'] as const, value: sshHostIn(forge) }] : []),
  ]
}

/** Without what only an HTTP client needs: "http://forge:11434" is forge. */
const sshHostIn = (forge: string): string =>
  forge
    .trim()
    .replace(/^[a-z]+:\/\//i, '')
    .replace(/(?::\d+)?\/*$/, '')

function parse(value: unknown, source?: string): { config?: Config; problems: ConfigProblem[] } {
  const parsed: z.ZodSafeParseResult<Config> = Config.safeParse(value)
  return parsed.success ? { config: parsed.data, problems: [] } : { problems: describeIssues(parsed.error.issues, value, source) }
}

function invalid(problems: readonly ConfigProblem[], unreadable: boolean): GenesisError {
  const why = problems.map(({ where, what }) => `${where} ${what}`).join('\n')
  return new GenesisError(unreadable ? 'GI-CONFIG-UNREADABLE' : 'GI-CONFIG-INVALID', { why })
}

async function requireDirectory(directory: string): Promise<void> {
  try {
    if ((await stat(directory)).isDirectory()) return
  } catch (error) {
    const code = systemErrorCode(error)
    if (code === undefined) throw error
    throw new GenesisError('GI-HOME-UNUSABLE', {
      why: code === 'ENOENT' ? `${directory} does not exist` : `${directory}: ${code}`,
      cause: error,
    })
  }
  throw new GenesisError('GI-HOME-UNUSABLE', { why: `${directory} is not a directory` })
}

function absolute(file: string | undefined, root: string): string | null {
  return file === undefined ? null : path.resolve(root, file)
}

/** The same value with the keys of every object in order, so that equal settings give equal text. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .sort(([left], [right]) => (left < right ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  )
}
