import fs from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'
import { fileURLToPath } from 'node:url'

/** A change to the file system that is about to be made. */
export interface Change {
  what: 'rename' | 'rm' | 'unlink' | 'symlink' | 'link' | 'append' | 'write'
  /** What is renamed, removed, made, appended or written to. */
  path: string
  /** The text that is appended; empty for everything else. */
  text: string
}

type Call = (...given: unknown[]) => Promise<unknown>
const namesPathFirst = ['rename', 'rm', 'unlink', 'link'] as const

/**
 * Runs `work` and calls `before` ahead of each change to the file system but those that make an empty file or directory. A copy of
 * the home that is taken there is what a process finds that comes after a kill -9 at that moment: nothing of the killed one but its files.
 */
export async function atEveryMoment(work: () => Promise<unknown>, before: (change: Change) => void): Promise<void> {
  const paths = new WeakMap<object, string>()
  const restore: (() => void)[] = []
  const replace = (owner: object, name: string, wrap: (original: Call, self: unknown, given: unknown[]) => Promise<unknown>): void => {
    const functions = owner as Record<string, Call>
    const original = functions[name] as Call
    functions[name] = async function (this: unknown, ...given: unknown[]) {
      return await wrap(original, this, given)
    }
    restore.push(() => (functions[name] = original))
  }
  for (const what of namesPathFirst) {
    replace(fs, what, async (original, self, given) => {
      before({ what, path: String(given[0]), text: '' })
      return await original.apply(self, given)
    })
  }
  replace(fs, 'symlink', async (original, self, given) => {
    before({ what: 'symlink', path: String(given[1]), text: '' })
    return await original.apply(self, given)
  })
  replace(fs, 'open', async (original, self, given) => {
    const handle = (await original.apply(self, given)) as FileHandle
    paths.set(handle, String(given[0]))
    return handle
  })
  const handles = await prototypeOfHandles()
  replace(handles, 'appendFile', async (original, self, given) => {
    before({ what: 'append', path: paths.get(self as object) ?? '', text: String(given[0]) })
    return await original.apply(self, given)
  })
  for (const name of ['write', 'writeFile']) {
    replace(handles, name, async (original, self, given) => {
      before({ what: 'write', path: paths.get(self as object) ?? '', text: '' })
      return await original.apply(self, given)
    })
  }
  syncBuiltinESMExports()
  try {
    await work()
  } finally {
    for (const undo of restore) undo()
    syncBuiltinESMExports()
  }
}

async function prototypeOfHandles(): Promise<object> {
  const handle = await fs.open(fileURLToPath(import.meta.url), 'r')
  await handle.close()
  return Object.getPrototypeOf(handle) as object
}
