import fs from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'
import { fileURLToPath } from 'node:url'

const changing = ['rename', 'rm', 'unlink', 'symlink', 'link'] as const

/**
 * Runs `work` and calls `before` ahead of each change to the file system. A copy of the home that is taken there is what a process
 * finds that comes after a kill -9 at that moment: nothing of the killed one but its files. `before` must do its work at once.
 */
export async function atEveryMoment(work: () => Promise<unknown>, before: (change: string) => void): Promise<void> {
  const functions = fs as unknown as Record<string, (...given: unknown[]) => Promise<unknown>>
  const originals = changing.map((name) => [functions, name, functions[name]] as const)
  const handle = (await prototypeOfHandles()) as unknown as Record<string, (...given: unknown[]) => Promise<unknown>>
  const patched = [...originals, ...(['appendFile', 'writeFile'] as const).map((name) => [handle, name, handle[name]] as const)]
  for (const [owner, name, original] of patched) {
    owner[name] = async function (this: unknown, ...given: unknown[]) {
      before(`${name} ${typeof given[0] === 'string' ? given[0].slice(-120) : ''}`.trim())
      return await original?.apply(this, given)
    }
  }
  syncBuiltinESMExports()
  try {
    await work()
  } finally {
    for (const [owner, name, original] of patched) if (original !== undefined) owner[name] = original
    syncBuiltinESMExports()
  }
}

async function prototypeOfHandles(): Promise<FileHandle> {
  const handle = await fs.open(fileURLToPath(import.meta.url), 'r')
  await handle.close()
  return Object.getPrototypeOf(handle) as FileHandle
}
