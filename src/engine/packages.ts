import { GenesisError } from '../errors.ts'

/** The library that trains and answers. Pinned: a later one needs a dependency that isn't always to be had. */
export const engineVersion = '0.53.0'
export const enginePackage = '@qvac/llm-llamacpp'

/** Version of the JavaScript runtime that the library needs, in its package for each platform. */
const runtimeVersion = '1.31.0'

/** Bytes on disk while it is installed (measured on Linux x64): the library brings its builds for every platform along; the others' are removed. */
export const engineDiskBytes = 668e6

const platforms = ['linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64', 'win32-x64']

/** The package that holds the runtime's binary. Throws GI-ENGINE-INSTALL (for good) on a platform that has none. */
export function runtimePackage(platform: string, architecture: string): string {
  const name = `${platform}-${architecture}`
  if (platforms.includes(name)) return `bare-runtime-${name}`
  throw new GenesisError('GI-ENGINE-INSTALL', {
    what: `The embedded engine does not exist for ${name}.`,
    why: `it exists for ${platforms.join(', ')}`,
    remedy: 'Run genesis-improve on one of these.',
    temporary: false,
  })
}

/** Every package that is asked for by name, with its exact version; what they need follows from them. */
export function enginePackages(platform: string, architecture: string): Record<string, string> {
  return {
    [enginePackage]: engineVersion,
    [runtimePackage(platform, architecture)]: runtimeVersion,
    // What the worker itself uses of the runtime's modules.
    'bare-fs': '4.8.5',
    'bare-os': '3.9.4',
    'bare-pipe': '4.3.1',
  }
}
