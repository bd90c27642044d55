import type { Environment } from './environment.ts'
import { ollamaHost } from '../ollama/host.ts'
import { allowedValues } from './problems.ts'
import type { ConfigProblem } from './problems.ts'

/** A value for one place of the configuration that doesn't come from the file. */
export interface Setting {
  /** What the user wrote: the name of a variable or a flag. */
  source: string
  /** Where it belongs in the configuration, as ['triggers', 'learnings']. */
  path: readonly [string, ...string[]]
  value: unknown
}

/** The earlier system's variables that set a number. */
const numericVariables: Readonly<Record<string, readonly [string, string]>> = {
  GENESIS_LEARNING_THRESHOLD: ['triggers', 'learnings'],
  GENESIS_TIME_THRESHOLD_DAYS: ['triggers', 'days'],
  GENESIS_PERFORMANCE_THRESHOLD: ['triggers', 'accuracy'],
  GENESIS_IMPROVEMENT_CHECK_INTERVAL: ['triggers', 'intervalMinutes'],
}

const textVariables: Readonly<Record<string, string>> = {
  OLLAMA_HOST: 'an address like http://127.0.0.1:11434',
  FORGE_HOST: 'the name of a host',
  GENESIS_HOME: 'the path of a directory',
  GENESIS_ENGINE_DIR: 'the path of a directory',
  GENESIS_TRAINERS_DIR: 'the path of a directory',
  GENESIS_API_TOKEN: 'a secret of at least 16 characters',
}

/** The variables that set what stands at this dotted path; those of Ollama's address put a form of their own there. */
export function variablesOf(path: string): string[] {
  const numeric = Object.entries(numericVariables).filter(([, place]) => place.join('.') === path)
  return path === 'serving.host' ? ['OLLAMA_HOST', 'FORGE_HOST'] : numeric.map(([name]) => name)
}

/** Only what a person would call a number: no exponents, no other bases, no spaces, no leading zeros. */
const plainNumber = /^-?(?:0|[1-9]\d*)(?:\.\d+)?$/

/** The settings that the environment makes, and what is wrong with its variables before the schema has seen the values. */
export function settingsFromEnvironment(environment: Environment): { settings: Setting[]; problems: ConfigProblem[] } {
  const settings: Setting[] = []
  const problems: ConfigProblem[] = []
  for (const [source, path] of Object.entries(numericVariables)) {
    const text = environment[source]
    if (text === undefined) continue
    if (plainNumber.test(text)) settings.push({ source, path, value: Number(text) })
    else
      problems.push({ where: source, what: `is ${shortened(text)}; allowed: ${allowedValues(path)}, written in digits, or leave it unset` })
  }
  for (const [where, allowed] of Object.entries(textVariables)) {
    const text = environment[where]
    if (text === undefined) continue
    if (text.trim() === '') problems.push({ where, what: `is ${shortened(text)}; allowed: ${allowed}, or leave it unset` })
  }
  const host = environment['OLLAMA_HOST'] ?? ''
  if (host.trim() !== '') settings.push({ source: 'OLLAMA_HOST', path: ['serving', 'host'], value: ollamaHost(host) ?? host })
  return { settings, problems }
}

function shortened(text: string): string {
  return text === '' ? 'empty' : JSON.stringify(text.length > 60 ? `${text.slice(0, 57)}...` : text)
}

/** A copy of the configuration with the settings put in their places; later ones win. Places that hold no object are left to the schema. */
export function withSettings(raw: unknown, settings: readonly Setting[]): unknown {
  const copy: unknown = structuredClone(raw)
  for (const { path, value } of settings) {
    let target: unknown = copy
    for (const part of path.slice(0, -1)) {
      if (!isObject(target)) break
      if (!Object.hasOwn(target, part)) target[part] = {}
      target = target[part]
    }
    const last = path.at(-1)
    if (isObject(target) && last !== undefined) target[last] = value
  }
  return copy
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
