import path from 'node:path'
import { readableNamesIn } from '../state/names-in.ts'
import type { TrainerPackage } from './packages.ts'

/** The Python of a virtual environment. */
export const pythonIn = (environment: string, platform: string = process.platform): string =>
  platform === 'win32' ? path.join(environment, 'Scripts', 'python.exe') : path.join(environment, 'bin', 'python')

/** The version of a distribution beside a virtual environment's Python, without starting it; null when it has none. */
export async function installedVersion(python: string, { distribution }: Pick<TrainerPackage, 'distribution'>): Promise<string | null> {
  const environment = path.dirname(path.dirname(python))
  const libraries = await readableNamesIn(path.join(environment, 'lib'))
  const places = [
    ...libraries.filter((name) => /^python3\.\d+$/.test(name)).map((name) => path.join(environment, 'lib', name, 'site-packages')),
    path.join(environment, 'Lib', 'site-packages'),
  ]
  for (const place of places) {
    const found = (await readableNamesIn(place)).find((name) => name.startsWith(`${distribution}-`) && name.endsWith('.dist-info'))
    if (found !== undefined) return found.slice(distribution.length + 1, -'.dist-info'.length)
  }
  return null
}

/** Whether this program works with a version: what is installed by `trainer install`, or newer up to the next that may break it. */
export function isSupported(version: string, { version: from, below }: Pick<TrainerPackage, 'version' | 'below'>): boolean {
  return compareVersions(version, from) >= 0 && compareVersions(version, below) < 0
}

/** By the leading numbers of the parts, as PEP 440 orders releases. */
function compareVersions(left: string, right: string): number {
  const [first, second] = [numbersOf(left), numbersOf(right)]
  for (let index = 0; index < Math.max(first.length, second.length); index += 1) {
    const difference = (first[index] ?? 0) - (second[index] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}

const numbersOf = (version: string): number[] => version.split('.').map((part) => Number.parseInt(part, 10) || 0)
