import { existsSync } from 'node:fs'
import { installedVersion } from '../python/environment.ts'
import type { TrainerPackage } from '../python/packages.ts'
import type { Runner } from '../runners/port.ts'
import { cardsQuery, graphicsCards, readCards } from './graphics-cards.ts'
import type { GraphicsCard } from './graphics-cards.ts'

/** What of the place where a Python program trains shapes the training. */
export interface PythonPlace {
  /** Of the trainer, in that Python; null where it has none. */
  version: string | null
  /** NVIDIA's cards of that machine; null where a queue chooses it. */
  cards: GraphicsCard[] | null
  /** Whether nothing there is faster than the processor. */
  onProcessor: boolean
}

/** Asks the machine where it trains. Throws GI-RUNNER-... when that is another one and can't be reached. */
export async function pythonPlace(
  python: string,
  wanted: TrainerPackage,
  runner: Pick<Runner, 'ask' | 'givesCards'>,
): Promise<PythonPlace> {
  if (runner.ask === undefined) {
    const cards = await graphicsCards()
    const version = existsSync(python) ? await installedVersion(python, wanted) : null
    return { version, cards, onProcessor: process.platform !== 'darwin' && cards.length === 0 }
  }
  return placeThere(await runner.ask([python, '-c', versionScript, wanted.distribution], ['uname', '-s'], cardsQuery), runner.givesCards)
}

const versionScript = 'import importlib.metadata as m, sys; print("version", m.version(sys.argv[1]))'

/** Pure: from the lines that Python, uname and nvidia-smi print. `givesCards`: as in `Runner`. */
export function placeThere(lines: readonly string[], givesCards: boolean | undefined): PythonPlace {
  const version = lines.map((line) => /^version (\S+)$/.exec(line)?.[1]).find((found) => found !== undefined) ?? null
  if (givesCards !== undefined) return { version, cards: null, onProcessor: !givesCards }
  const cards = readCards(lines)
  return { version, cards, onProcessor: !lines.includes('Darwin') && cards.length === 0 }
}
