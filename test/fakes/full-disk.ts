import { spawnSync } from 'node:child_process'
import { rmSync, statfsSync, writeFileSync } from 'node:fs'
import { open } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import path from 'node:path'
import { mock } from 'node:test'
import { fileURLToPath } from 'node:url'

/** Runs `work` while every write through a file handle fails as on a full disk. */
export async function onFullDisk<Result>(work: () => Promise<Result>): Promise<Result> {
  const handle = await open(fileURLToPath(import.meta.url), 'r')
  const prototype = Object.getPrototypeOf(handle) as FileHandle
  await handle.close()
  const fail = (): Promise<never> => Promise.reject(Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' }))
  const mocks = [mock.method(prototype, 'writeFile', fail), mock.method(prototype, 'appendFile', fail)]
  try {
    return await work()
  } finally {
    for (const { mock: context } of mocks) context.restore()
  }
}

/** Mounts a file system of `size` ("64k") on an empty directory; false where this user or machine can't. */
export function mountSmallDisk(directory: string, size: string): boolean {
  return spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', directory]).status === 0
}

export function unmount(directory: string): void {
  spawnSync('umount', [directory])
}

/** Fills the file system of a directory but for so many pages; the function that comes back makes room again. */
export function leaveFree(disk: string, pages: number): () => void {
  const filler = path.join(disk, 'filler')
  const { bavail, bsize } = statfsSync(disk)
  writeFileSync(filler, Buffer.alloc(Math.max(0, Number(bavail) - pages) * Number(bsize)))
  return () => rmSync(filler)
}
