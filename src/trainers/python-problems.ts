import type { PythonTrainer } from '../config/python-trainer.ts'
import { GenesisError } from '../errors.ts'
import type { ModelFolder } from '../hugging-face/model-folder.ts'
import { readModelFolder } from '../hugging-face/model-folder.ts'
import { requireSameNumbers, requireSameShapes } from '../hugging-face/pairing.ts'
import { gigabytes } from '../state/disk-space.ts'
import { problemOf } from '../problem.ts'
import type { Problem } from '../problem.ts'
import { isSupported } from '../python/environment.ts'
import type { TrainerPackage } from '../python/packages.ts'
import { readFolderTemplate } from './folder-template.ts'
import type { GraphicsCard } from './graphics-cards.ts'
import { trainingMemory } from './memory.ts'
import type { TrainerSurroundings } from './port.ts'
import type { TrainingPlan } from './training-plan.ts'

interface WantedProgram {
  name: PythonTrainer
  python: string
  wanted: TrainerPackage
  /** "on forge"; null on this machine. */
  place: string | null
}

/** What keeps a trainer's own program from running. `version`: the one that was found, if any. */
export function programProblems(version: string | null, { name, python, wanted, place }: WantedProgram): Problem[] {
  const install = `"genesis-improve trainer install ${name}"`
  const where = place === null ? '' : ` ${place}`
  const remedy =
    place === null
      ? `Run ${install}, or set "trainer.python" to the Python of an environment that has it.`
      : `Install it there (${install} does, and says where), and set "trainer.python" to the path that its Python has there.`
  if (version === null) return [{ code: 'GI-TRAINER-MISSING', what: `${wanted.title} is not installed for ${python}${where}.`, remedy }]
  if (isSupported(version, wanted)) return []
  const what = `${wanted.title} is ${version}${where}; this program works with ${wanted.version} and later ones below ${wanted.below}.`
  return [{ code: 'GI-TRAINER-VERSION', what, remedy }]
}

/** What is wrong with the folder that is trained on: unreadable, other layers than are to be trained, or not the base that is served. */
export async function modelProblems(
  { directory, modules, base }: { directory: string; modules: readonly string[]; base: string },
  checkFile: TrainerSurroundings['checkFile'],
): Promise<Problem[]> {
  return await problemsIn(async () => {
    const model = await readModelFolder(directory)
    requireModules(model, modules)
    await requireSameShapes(model, base)
    const compare = async (): Promise<Problem[]> => await problemsIn(async () => await requireSameNumbers(model, base))
    return checkFile === undefined ? await compare() : await checkFile(`same-as-${model.identity}`, base, compare)
  })
}

/** What is wrong with the chat template of the folder, for a program that is given text. */
export async function templateProblems(directory: string, base: string): Promise<Problem[]> {
  return await problemsIn(async () => {
    const { split } = await readFolderTemplate(directory, base)
    split([
      { role: 'user', content: 'How are you?' },
      { role: 'assistant', content: 'Well.' },
    ])
  })
}

/** What is wrong with the free memory of these graphics cards; nothing where there are none. */
export async function memoryProblems(directory: string, plan: TrainingPlan, cards: readonly GraphicsCard[]): Promise<Problem[]> {
  if (cards.length === 0) return []
  return await problemsIn(async () => {
    const free = Math.max(...cards.map(({ freeBytes }) => freeBytes))
    const needed = trainingMemory(await readModelFolder(directory), plan)
    if (needed <= free) return
    throw new GenesisError('GI-TRAINER-MEMORY', { why: `it takes about ${gigabytes(needed)}, and ${gigabytes(free)} are free` })
  })
}

function requireModules({ directory, tensors }: ModelFolder, modules: readonly string[]): void {
  const missing = modules.filter((module) => !tensors.some(({ name }) => name.endsWith(`.${module}.weight`)))
  if (missing.length === 0) return
  throw new GenesisError('GI-MODEL-FOLDER', {
    what: 'The model has no layers of the names that are to be trained.',
    why: `${directory} has no ${missing.join(', ')}`,
    remedy: 'Take what it has not out of "trainer.targetModules".',
  })
}

/** What is found, or what keeps it from being looked for. */
export async function problemsIn(check: () => Promise<Problem[] | undefined | void>): Promise<Problem[]> {
  try {
    return (await check()) ?? []
  } catch (error) {
    if (!(error instanceof GenesisError)) throw error
    return [problemOf(error)]
  }
}
