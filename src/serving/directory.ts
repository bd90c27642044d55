import { lstat, readFile, rm, unlink } from 'node:fs/promises'
import path from 'node:path'
import { GenesisError, systemErrorCode } from '../errors.ts'
import type { Problem } from '../problem.ts'
import type { FileLocation } from '../runtimes/port.ts'
import { cachedDigest } from '../state/digest-cache.ts'
import { makeDirectory, syncDirectory, writeError } from '../state/files.ts'
import type { Home } from '../state/home.ts'
import type { Served, Serving } from './port.ts'
import { removeLink, servedName, switchLink } from './current-link.ts'
import { replaceDirectory } from './move-directory.ts'
import { releaseDamaged, releaseDirectory } from './release.ts'
import { checkSums, parseSums, sumsName } from './sums.ts'

const weights = 'model.gguf'

/**
 * data/models/<name>/ with model.gguf and the files beside it; `current` is a relative link to the one in production. What is
 * served is told by the file behind the link, not by a record: its digest is taken again whenever the file changed.
 */
export function directoryServing(home: Home): Serving {
  const current = path.join(home.models, 'current')

  return {
    name: 'directory',

    async preflight(): Promise<Problem[]> {
      try {
        await servedName(current)
        return []
      } catch (error) {
        if (error instanceof GenesisError) return [{ code: error.code, what: error.why ?? error.what, remedy: error.remedy }]
        return [
          {
            code: 'GI-HOME-UNUSABLE',
            what: `${home.models} can't be used: ${String(error)}`,
            remedy: 'Make it a directory that this user may write.',
          },
        ]
      }
    },

    offer: (base) => Promise.resolve(base),

    async stage(name: string, directory: string): Promise<FileLocation> {
      const target = releaseDirectory(home, name)
      await makeDirectory(home.models)
      const incoming = await locateIn(directory, home)
      const present = await locateIn(target, home)
      if (incoming === null) {
        // Repeated after a crash: it was moved already.
        if (present !== null) return verified(present)
        throw releaseDamaged(`${path.join(directory, weights)} does not exist`)
      }
      await verified(incoming)
      if (present?.digest !== incoming.digest) {
        if (present !== null && (await servedName(current)) === name)
          throw new GenesisError('GI-RELEASE-IN-USE', { why: `${name} is served with other weights` })
        await replaceDirectory(directory, target)
      }
      await rm(directory, { recursive: true, force: true })
      return verified({ path: path.join(target, weights), digest: incoming.digest })
    },

    tryOut: async (_name, model, ask) => await ask(model),

    locate: (name) => locateIn(releaseDirectory(home, name), home),

    async served(): Promise<Served | null> {
      const name = await servedName(current)
      if (name === null) return null
      const location = await locateIn(path.join(home.models, name), home)
      if (location === null) throw releaseDamaged(`${current} leads to ${name}, whose ${weights} is gone`)
      return { name, digest: location.digest }
    },

    async activate(name: string | null): Promise<void> {
      const before = await servedName(current)
      if (name === null) {
        if (before !== null) await removeLink(current)
        return
      }
      const location = await locateIn(releaseDirectory(home, name), home)
      if (location === null)
        throw new GenesisError('GI-RELEASE-WEIGHTS-GONE', { why: `${path.join(home.models, name, weights)} does not exist` })
      await verified(location)
      // What is remembered of the files would not show that the disk has spoilt one, or that somebody kept its time.
      if (before === name) return
      await requireSums(path.dirname(location.path))
      await switchLink(current, name)
    },

    async discard(name: string): Promise<void> {
      const directory = releaseDirectory(home, name)
      if ((await servedName(current)) === name) throw new GenesisError('GI-RELEASE-IN-USE', { why: `${current} leads to ${name}` })
      if ((await locateFile(directory)) === null) return
      try {
        await unlink(path.join(directory, weights))
        await syncDirectory(directory)
      } catch (error) {
        throw writeError(error, directory)
      }
    },
  }
}

async function locateIn(directory: string, home: Home): Promise<FileLocation | null> {
  const file = await locateFile(directory)
  return file === null ? null : { path: file, digest: await cachedDigest(home, file) }
}

/** The weights in a directory; null when it or they are not there. Links are refused: they would lead out of the home or into another release. */
async function locateFile(directory: string): Promise<string | null> {
  const file = path.join(directory, weights)
  try {
    if (!(await lstat(directory)).isDirectory()) throw releaseDamaged(`${directory} is not a directory`)
    if (!(await lstat(file)).isFile()) throw releaseDamaged(`${file} is not a regular file`)
    return file
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return null
    throw error
  }
}

/** Throws GI-RELEASE-DAMAGED when SHA256SUMS says something else than the file. */
async function verified(location: FileLocation): Promise<FileLocation> {
  const sums = path.join(path.dirname(location.path), sumsName)
  let recorded: string | undefined
  try {
    recorded = parseSums(await readFile(sums, 'utf8')).get(weights)
  } catch (error) {
    if (systemErrorCode(error) !== 'ENOENT') throw error
    throw releaseDamaged(`${sums} does not exist`)
  }
  if (recorded !== location.digest)
    throw releaseDamaged(`${location.path} has the digest ${location.digest}; ${sums} says ${recorded ?? 'nothing about it'}`)
  return location
}

/** Reads every file that SHA256SUMS names, and throws GI-RELEASE-DAMAGED naming those that are others now or gone. */
async function requireSums(directory: string): Promise<void> {
  const check = await checkSums(directory)
  const wrong = [
    ...(check?.differing ?? []).map((name) => `${name} was changed`),
    ...(check?.missing ?? []).map((name) => `${name} is gone`),
  ]
  if (wrong.length > 0) throw releaseDamaged(`${wrong.join(', ')} in ${directory}, says ${sumsName}`)
}
