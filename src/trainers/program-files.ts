import { existsSync } from 'node:fs'
import { copyFile, readdir, rm } from 'node:fs/promises'
import path from 'node:path'
import { isAdapterDirectory } from '../adapters/open-adapter.ts'
import { convertAdapter } from '../adapters/convert.ts'
import { GenesisError } from '../errors.ts'
import { makeDirectory, readTextIfPresent, writeError, writeFileAtomic } from '../state/files.ts'
import type { TrainingJob } from './port.ts'
import type { ProgramCall, ProgramPaths } from './recipe.ts'

/** Lays out what the program gets: the dataset of the job, and `files` beside it. */
export async function layOutJob(
  job: TrainingJob,
  inputs: string,
  folders: Pick<ProgramPaths, 'dataset' | 'output'>,
  files: ProgramCall['files'],
): Promise<void> {
  await rm(folders.dataset, { recursive: true, force: true })
  await makeDirectory(folders.dataset)
  await keepOutputOf(folders.output, inputs)
  for (const name of ['train.jsonl', 'valid.jsonl', 'preferences.jsonl']) {
    const from = path.join(path.dirname(job.trainFile), name)
    const to = path.join(folders.dataset, name)
    try {
      if (existsSync(from)) await copyFile(from, to)
    } catch (error) {
      throw writeError(error, to)
    }
  }
  for (const [name, text] of Object.entries(files)) await writeFileAtomic(path.join(folders.dataset, name), text)
}

/** What an attempt with other inputs left must not be taken for this one's. */
async function keepOutputOf(output: string, inputs: string): Promise<void> {
  const mark = `${output}.inputs`
  if ((await readTextIfPresent(mark)) !== inputs) await rm(output, { recursive: true, force: true })
  await makeDirectory(output)
  await writeFileAtomic(mark, inputs)
}

/** The adapter that a program left, as a GGUF file: a GGUF adapter as it is, or a directory of PEFT or MLX-LM converted. */
export async function adapterIn(output: string, base: string): Promise<string> {
  const places = [output, ...(await directoriesIn(output))]
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
    why: `there is neither adapter.gguf nor adapter_config.json in ${output} or in a directory of it`,
    remedy: 'Let it save the adapter into the directory that GENESIS_OUTPUT names.',
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
