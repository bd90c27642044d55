import { copyFile, link, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { systemErrorCode } from '../errors.ts'
import { namesIn } from '../state/names-in.ts'
import { makeDirectory, readTextIfPresent, syncDirectory, writeError, writeFileAtomic } from '../state/files.ts'

/**
 * The state of a training after a number of steps: the adapter and Adam's moments, as the engine writes them. Kept in a directory of its own,
 * `step-00000012`, that gets this name only when its files are whole and on disk.
 */
export interface Checkpoint {
  step: number
  directory: string
}

/** The engine's own files of a state. */
export const stateFiles = { adapter: 'model.gguf', moments: 'optimizer.gguf', metadata: 'metadata.txt' } as const
const names = Object.values(stateFiles)
const record = 'checkpoint.json'

/** Where the engine looks for a state to go on from, and where it leaves the new one (LlamaFinetuningHelpers.cpp of the engine). */
const engineInput = 'pause_checkpoint_step_00000001'
const engineOutput = /^checkpoint_step_(\d+)$/

/** The newest whole checkpoint of the training with these inputs; undefined when there is none. Checkpoints of other inputs, or damaged ones, are removed. */
export async function findCheckpoint(directory: string, inputs: string): Promise<Checkpoint | undefined> {
  const found: Checkpoint[] = []
  for (const name of await namesIn(directory)) {
    const checkpoint = { step: Number(/^step-(\d{8})$/.exec(name)?.[1] ?? NaN), directory: path.join(directory, name) }
    if (Number.isInteger(checkpoint.step) && (await isWhole(checkpoint.directory, inputs))) found.push(checkpoint)
    else await rm(checkpoint.directory, { recursive: true, force: true })
  }
  return found.sort((left, right) => right.step - left.step)[0]
}

/** Lays a checkpoint where the engine goes on from it, or clears that place when there is none: it starts afresh then. */
export async function offerCheckpoint(checkpoint: Checkpoint | undefined, engineDirectory: string): Promise<void> {
  await rm(engineDirectory, { recursive: true, force: true })
  await makeDirectory(engineDirectory)
  if (checkpoint === undefined) return
  const input = path.join(engineDirectory, engineInput)
  try {
    await makeDirectory(input)
    for (const name of names) await linkOrCopy(path.join(checkpoint.directory, name), path.join(input, name))
  } catch (error) {
    throw writeError(error, input)
  }
}

/**
 * Takes the state that the engine left after one step into our keeping, as step number `step`; the one before the previous is removed.
 * Throws an Error when the engine left none.
 */
export async function keepCheckpoint(engineDirectory: string, directory: string, step: number, inputs: string): Promise<Checkpoint> {
  const outputs = (await namesIn(engineDirectory)).filter((name) => engineOutput.test(name)).sort()
  const newest = outputs.at(-1)
  if (newest === undefined) throw new Error('The engine left no state of the training.')
  const made = path.join(engineDirectory, newest)
  const kept: Checkpoint = { step, directory: path.join(directory, `step-${String(step).padStart(8, '0')}`) }
  try {
    await makeDirectory(directory)
    await writeFile(path.join(made, stateFiles.metadata), startingOver(await readFile(path.join(made, stateFiles.metadata), 'utf8')))
    const sizes: Record<string, number> = {}
    for (const name of names) sizes[name] = await syncFile(path.join(made, name))
    await writeFileAtomic(path.join(made, record), JSON.stringify({ inputs, sizes }))
    await rm(kept.directory, { recursive: true, force: true })
    await rename(made, kept.directory)
    await syncDirectory(directory)
  } catch (error) {
    throw writeError(error, kept.directory)
  }
  for (const name of await namesIn(directory)) {
    const number = Number(/^step-(\d{8})$/.exec(name)?.[1] ?? step)
    if (number < step - 1) await rm(path.join(directory, name), { recursive: true, force: true })
  }
  return kept
}

/** The engine is to take the next conversation as the first of a dataset, with the adapter and the moments as they are. */
function startingOver(metadata: string): string {
  const values = { epoch: 0, global_step: 0, current_step: 0, resume_epoch: 0, resume_batch: -1, paused_during_validation: 0 }
  const kept = metadata.split('\n').filter((line) => line !== '' && !((line.split('=')[0] ?? '') in values))
  return [...kept, ...Object.entries(values).map(([key, value]) => `${key}=${value}`), ''].join('\n')
}

async function isWhole(directory: string, inputs: string): Promise<boolean> {
  const text = await readTextIfPresent(path.join(directory, record))
  if (text === undefined) return false
  const { inputs: recorded, sizes } = JSON.parse(text) as { inputs: string; sizes: Record<string, number> }
  if (recorded !== inputs) return false
  const present = await Promise.all(names.map(async (name) => (await sizeOf(path.join(directory, name))) === sizes[name]))
  return present.every(Boolean)
}

async function sizeOf(file: string): Promise<number> {
  try {
    return (await stat(file)).size
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return -1
    throw error
  }
}

async function syncFile(file: string): Promise<number> {
  const handle = await open(file, 'r+')
  try {
    await handle.sync()
    return (await handle.stat()).size
  } finally {
    await handle.close()
  }
}

/** A second name for the same file where the file system can, else a copy. */
export async function linkOrCopy(from: string, to: string): Promise<void> {
  try {
    await link(from, to)
  } catch (error) {
    const code = systemErrorCode(error)
    if (code !== 'EPERM' && code !== 'ENOTSUP' && code !== 'EXDEV' && code !== 'EMLINK') throw error
    await copyFile(from, to)
  }
}
