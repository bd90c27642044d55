import path from 'node:path'
import { enginePackages, engineVersion, runtimePackage } from './packages.ts'

/**
 * Where the engine is kept when GENESIS_ENGINE_DIR doesn't say: the user's cache directory (XDG_CACHE_HOME, else ~/.cache; ~/Library/Caches
 * on macOS; LOCALAPPDATA on Windows).
 */
export function defaultEngineDirectory(
  environment: Readonly<Record<string, string | undefined>>,
  platform: string = process.platform,
): string {
  return path.join(cacheDirectory(environment, platform), 'genesis-improve', 'engine')
}

/** Where environments of trainers are kept when GENESIS_TRAINERS_DIR doesn't say, as for the engine. */
export function defaultTrainersDirectory(
  environment: Readonly<Record<string, string | undefined>>,
  platform: string = process.platform,
): string {
  return path.join(cacheDirectory(environment, platform), 'genesis-improve', 'trainers')
}

function cacheDirectory(environment: Readonly<Record<string, string | undefined>>, platform: string): string {
  const home = environment['HOME'] ?? environment['USERPROFILE'] ?? '.'
  const stated = platform === 'win32' ? environment['LOCALAPPDATA'] : environment['XDG_CACHE_HOME']
  if (stated !== undefined && stated !== '') return stated
  if (platform === 'win32') return path.join(home, 'AppData', 'Local')
  return platform === 'darwin' ? path.join(home, 'Library', 'Caches') : path.join(home, '.cache')
}

/** Files of one installed engine. */
export interface EnginePaths {
  /** The prefix of this version, inside the engine's directory: other versions may stand beside it. */
  prefix: string
  /** The runtime's own binary; the `bare` on the PATH of npm is a wrapper that leaves orphans. */
  runtime: string
  /** package.json of each package that must be there. */
  manifests: Record<string, string>
}

/** Where everything lies in the engine's directory. Pure. */
export function enginePaths(directory: string, platform: string = process.platform, architecture: string = process.arch): EnginePaths {
  const prefix = path.join(directory, `llm-llamacpp-${engineVersion}`)
  const modules = path.join(prefix, 'node_modules')
  const runtime = runtimePackage(platform, architecture)
  return {
    prefix,
    runtime: path.join(modules, runtime, 'bin', platform === 'win32' ? 'bare.exe' : 'bare'),
    manifests: Object.fromEntries(
      Object.keys(enginePackages(platform, architecture)).map((name) => [name, path.join(modules, name, 'package.json')]),
    ),
  }
}
