import { existsSync } from 'node:fs'
import { copyFile, readdir, rm } from 'node:fs/promises'
import path from 'node:path'
import { isAdapterDirectory } from '../adapters/open-adapter.ts'
import { convertAdapter } from '../adapters/convert.ts'
import { openSafetensors } from '../adapters/safetensors.ts'
import { GenesisError } from '../errors.ts'
import { makeDirectory, readTextIfPresent, writeError, writeFileAtomic } from '../state/files.ts'
import type { TrainingJob } from './port.ts'
import type { ProgramCall } from './recipe.ts'

/** Lays out what the program gets: the dataset of the job, and `files` beside it. */
export async function layOutDataset(job: TrainingJob, dataset: string, files: ProgramCall['files']): Promise<void> {
  await rm(dataset, { recursive: true, force: true })
  await makeDirectory(dataset)
  for (const name of ['train.jsonl', 'valid.jsonl', 'preferences.jsonl']) {
    const from = path.join(path.dirname(job.trainFile), name)
    const to = path.join(dataset, name)
    try {
      if (existsSync(from)) await copyFile(from, to)
    } catch (error) {
      throw writeError(error, to)
    }
  }
  for (const [name, text] of Object.entries(files)) {
    const file = path.join(dataset, name)
    await makeDirectory(path.dirname(file))
    await writeFileAtomic(file, text)
  }
}

/** Names what earlier attempts left whole in the output folder, which is emptied of what an attempt with other inputs left. */
export async function keepOutputOf(output: string, inputs: string): Promise<string[]> {
  const mark = `${output}.inputs`
  if ((await readTextIfPresent(mark)) !== inputs) await rm(output, { recursive: true, force: true })
  await makeDirectory(output)
  await writeFileAtomic(mark, inputs)
  const kept: string[] = []
  for (const name of await readdir(output, { recursive: true }))
    if (await isWhole(path.join(output, name))) kept.push(name.split(path.sep).join('/'))
  return kept.sort()
}

/** A checkpoint that was being written when its program died is none. */
async function isWhole(file: string): Promise<boolean> {
  if (!file.endsWith('.safetensors')) return true
  try {
    await (await openSafetensors(file)).close()
    return true
  } catch (error) {
    if (error instanceof GenesisError) return false
    throw error
  }
}

/** What a program that ended well left, and where to look for it. */
interface LeftBehind {
  output: string
  /** The one folder of the output that counts; undefined: the output, or a folder of it. */
  result: string | undefined
  /** The GGUF file that it was trained on. */
  base: string
  /** Of the program. */
  lastWords: string
}

/** The adapter that a program left, as a GGUF file: a GGUF adapter as it is, or a directory of PEFT or MLX-LM converted. */
export async function adapterIn({ output, result, base, lastWords }: LeftBehind): Promise<string> {
  const places = result === undefined ? [output, ...(await directoriesIn(output))] : [path.join(output, result)]
  for (const place of places) {
    const gguf = path.join(place, 'adapter.gguf')
    if (existsSync(gguf)) return gguf
  }
  for (const place of places) {
    if (!existsSync(path.join(place, 'adapter_config.json')) || !(await isAdapterDirectory(place))) continue
    const converted = path.join(output, 'converted.gguf')
    await rm(converted, { force: true })
    await convertAdapter({ directory: place, base, output: converted })
    return converted
  }
  throw new GenesisError('GI-TRAINER-FAILED', {
    what: 'The training program ended well and left no adapter.',
    why: `${result === undefined ? 'there is neither adapter.gguf nor adapter_config.json in its output' : 'nothing was saved'}; its last words: ${lastWords}`,
    ...(result === undefined ? { remedy: 'Let it save the adapter into the directory that GENESIS_OUTPUT names.' } : {}),
  })
}

/** Newest names first, so that the last of several checkpoints is taken. */
async function directoriesIn(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { withFileTypes: true })
  return entries
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort((left, right) => right.localeCompare(left, 'en', { numeric: true }))
    .map((name) => path.join(directory, name))
}
