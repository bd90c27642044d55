import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { enginePaths } from '../../src/engine/engine-directory.ts'
import { enginePackages } from '../../src/engine/packages.ts'

/** An engine directory in which everything stands at the right version, but whose runtime ends at once: what needs it fails for now, the rest runs. */
export function crashingEngine(directory: string): string {
  const { manifests, runtime } = enginePaths(directory)
  const versions = enginePackages(process.platform, process.arch)
  for (const [name, file] of Object.entries(manifests)) {
    mkdirSync(path.dirname(file), { recursive: true })
    writeFileSync(file, JSON.stringify({ name, version: versions[name] }))
  }
  mkdirSync(path.dirname(runtime), { recursive: true })
  writeFileSync(runtime, '#!/bin/sh\nexit 3\n')
  chmodSync(runtime, 0o755)
  return directory
}
