import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

/** The directory of this package, whether the sources or the bundle run. */
export function packageRoot(): string {
  let directory = path.dirname(fileURLToPath(import.meta.url))
  while (!existsSync(path.join(directory, 'bin', 'genesis-improve.js'))) {
    const parent = path.dirname(directory)
    if (parent === directory) throw new Error('The program is not installed whole: bin/genesis-improve.js is missing.')
    directory = parent
  }
  return directory
}

/** The version in package.json. */
export function programVersion(): string {
  const manifest = JSON.parse(readFileSync(path.join(packageRoot(), 'package.json'), 'utf8')) as { version: string }
  return manifest.version
}
