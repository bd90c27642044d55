import path from 'node:path'
import type { PythonTrainer } from '../config/python-trainer.ts'
import { installedVersion, pythonIn } from './environment.ts'
import { trainerPackages } from './packages.ts'

export interface TrainerStatus {
  name: PythonTrainer
  title: string
  /** Whether the environment has exactly the version that this program installs. */
  installed: boolean
  /** What stands there; null when nothing does. */
  version: string | null
  /** What this program installs. */
  wanted: string
  python: string
}

/** What of a trainer is installed under `directory`. */
export async function trainerStatus(directory: string, name: PythonTrainer): Promise<TrainerStatus> {
  const { title, version: wanted, distribution } = trainerPackages[name]
  const python = pythonIn(path.join(directory, name))
  const version = await installedVersion(python, { distribution })
  return { name, title, installed: version === wanted, version, wanted, python }
}
