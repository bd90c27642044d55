import { readFile, stat } from 'node:fs/promises'
import path from 'node:path'
import { GenesisError, systemErrorCode } from '../errors.ts'
import type { Problem } from '../problem.ts'
import { readableNamesIn } from '../state/names-in.ts'
import { enginePaths } from './engine-directory.ts'
import { enginePackage, enginePackages, engineVersion, runtimePackage } from './packages.ts'

export interface EngineStatus {
  /** Whole and of exactly the version that this program works with. */
  installed: boolean
  /** The library's version that stands there; null when there is none. */
  version: string | null
  runtimeVersion: string | null
  problems: Problem[]
  directory: string
}

const remedy = 'Run "genesis-improve engine install".'

/** What of the engine is installed in `directory`. Never throws for what it finds there. */
export async function engineStatus(directory: string): Promise<EngineStatus> {
  const platform = [process.platform, process.arch] as const
  let paths
  try {
    paths = enginePaths(directory, ...platform)
  } catch (error) {
    if (!(error instanceof GenesisError)) throw error
    return {
      installed: false,
      version: null,
      runtimeVersion: null,
      directory,
      problems: [{ code: error.code, what: `${error.what} (${error.why ?? ''})`, remedy: error.remedy }],
    }
  }
  const found = await installedVersions(paths.manifests)
  const version = found[enginePackage] ?? (await otherVersion(directory))
  const runtimeVersion = found[runtimePackage(...platform)] ?? null
  const wrong = Object.entries(enginePackages(...platform)).filter(([name, wanted]) => found[name] !== wanted)
  const problems: Problem[] = []
  if (version === null) problems.push({ code: 'GI-ENGINE-MISSING', what: `The embedded engine is not installed in ${directory}.`, remedy })
  else if (version !== engineVersion)
    problems.push({ code: 'GI-ENGINE-VERSION', what: `The installed engine is ${version}; this program needs ${engineVersion}.`, remedy })
  else if (wrong.length > 0) {
    const list = wrong.map(([name, wanted]) => `${name} ${found[name] ?? 'missing'} instead of ${wanted}`).join(', ')
    problems.push({ code: 'GI-ENGINE-MISSING', what: `The installed engine is not whole: ${list}.`, remedy })
  } else if (!(await isExecutable(paths.runtime))) {
    problems.push({ code: 'GI-ENGINE-MISSING', what: `The engine's runtime ${paths.runtime} is missing or cannot be executed.`, remedy })
  }
  return { installed: problems.length === 0, version, runtimeVersion, problems, directory }
}

/** Throws GI-ENGINE-MISSING or GI-ENGINE-VERSION unless the engine is there, whole and of the right version. */
export async function requireEngine(directory: string): Promise<void> {
  const [problem] = (await engineStatus(directory)).problems
  if (problem !== undefined) throw new GenesisError(problem.code, { why: problem.what, remedy: problem.remedy })
}

async function installedVersions(manifests: Record<string, string>): Promise<Record<string, string>> {
  const versions = await Promise.all(Object.entries(manifests).map(async ([name, file]) => [name, await versionIn(file)] as const))
  return Object.fromEntries(versions.filter((entry): entry is [string, string] => entry[1] !== null))
}

/** The version in a package.json; null when it isn't there or doesn't parse (an installation that was cut short). */
async function versionIn(file: string): Promise<string | null> {
  try {
    const manifest: unknown = JSON.parse(await readFile(file, 'utf8'))
    return typeof manifest === 'object' && manifest !== null && 'version' in manifest ? String(manifest.version) : null
  } catch (error) {
    if (error instanceof SyntaxError || systemErrorCode(error) !== undefined) return null
    throw error
  }
}

/** The version of an engine of an earlier or later program beside the one that is wanted; null when there is none. */
async function otherVersion(directory: string): Promise<string | null> {
  const names = await readableNamesIn(directory)
  const versions = names.flatMap((name) => /^llm-llamacpp-(\d.*)$/.exec(name)?.[1] ?? []).filter((version) => version !== engineVersion)
  for (const version of versions.sort().reverse()) {
    const manifest = path.join(directory, `llm-llamacpp-${version}`, 'node_modules', enginePackage, 'package.json')
    const found = await versionIn(manifest)
    if (found !== null) return found
  }
  return null
}

async function isExecutable(file: string): Promise<boolean> {
  try {
    const { mode } = await stat(file)
    return process.platform === 'win32' || (mode & 0o100) !== 0
  } catch (error) {
    if (systemErrorCode(error) === undefined) throw error
    return false
  }
}
