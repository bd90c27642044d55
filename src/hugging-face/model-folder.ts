import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { openSafetensors } from '../adapters/safetensors.ts'
import { GenesisError, systemErrorCode } from '../errors.ts'
import { identityOf } from '../state/digest-cache.ts'
import { digestText } from '../state/files.ts'

/** What matters in config.json of a Hugging Face folder. */
const ModelConfig = z.looseObject({
  model_type: z.string(),
  quantization_config: z.looseObject({ quant_method: z.string().optional() }).nullish(),
  quantization: z.unknown().optional(),
})

/** Where a tensor lies, and how it is shaped. */
export interface ModelTensor {
  name: string
  file: string
  /** As in Python: the last length is that of a row. */
  shape: readonly number[]
  /** For example "BF16". */
  type: string
}

export interface ModelFolder {
  directory: string
  /** Another one when a file of its weights is. */
  identity: string
  /** For example "qwen3". */
  modelType: string
  tensors: readonly ModelTensor[]
  parameters: number
  /** Of the weights. */
  bytes: number
  /** The Jinja text of its chat template. */
  chatTemplate: string | null
}

/** Reads what a Hugging Face folder says about its model. Throws GI-MODEL-FOLDER when it holds no whole, unquantised model. */
export async function readModelFolder(directory: string): Promise<ModelFolder> {
  const parsed = ModelConfig.safeParse(await jsonIn(directory, 'config.json'))
  if (!parsed.success) throw unusable(`config.json of ${directory} does not say what kind of model it is`)
  const { model_type: modelType, quantization_config: quantised, quantization } = parsed.data
  if ((quantised ?? null) !== null || (quantization ?? null) !== null)
    throw unusable(`${directory} is quantised (${quantised?.quant_method ?? 'MLX'}): train on the model as it was published`)
  const tensors: ModelTensor[] = []
  let bytes = 0
  const files = await weightFiles(directory)
  for (const file of files) {
    const opened = await openSafetensors(file)
    await opened.close()
    for (const tensor of opened.tensors) {
      bytes += tensor.bytes
      tensors.push({ name: tensor.name, file, shape: tensor.shape, type: tensor.type })
    }
  }
  const parameters = tensors.reduce((sum, { shape }) => sum + shape.reduce((product, length) => product * length, 1), 0)
  const identity = digestText(JSON.stringify(await Promise.all(files.map(identityOf)))).slice(0, 16)
  return { directory, identity, modelType, tensors, parameters, bytes, chatTemplate: await chatTemplateIn(directory) }
}

async function weightFiles(directory: string): Promise<string[]> {
  const names = (await namesIn(directory)).filter((name) => /^model.*\.safetensors$/.test(name)).sort()
  if (names.length === 0) throw unusable(`there is no model.safetensors in ${directory}`)
  for (const [, count] of names.flatMap((name) => [/-of-(\d+)\.safetensors$/.exec(name)].filter((match) => match !== null)))
    if (Number(count) !== names.length) throw unusable(`${directory} has ${names.length} of ${Number(count)} files of weights`)
  return names.map((name) => path.join(directory, name))
}

/** chat_template.jinja as newer folders have it, else what tokenizer_config.json says. */
async function chatTemplateIn(directory: string): Promise<string | null> {
  const file = path.join(directory, 'chat_template.jinja')
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    if (systemErrorCode(error) !== 'ENOENT') throw unreadable(error, file)
  }
  const said = z.looseObject({ chat_template: z.string().nullish() }).safeParse(await jsonIn(directory, 'tokenizer_config.json'))
  return said.data?.chat_template ?? null
}

async function jsonIn(directory: string, name: string): Promise<unknown> {
  const file = path.join(directory, name)
  try {
    return JSON.parse(await readFile(file, 'utf8'))
  } catch (error) {
    if (error instanceof SyntaxError) throw unusable(`${file} is not JSON`)
    throw unreadable(error, file)
  }
}

async function namesIn(directory: string): Promise<string[]> {
  try {
    return await readdir(directory)
  } catch (error) {
    throw unreadable(error, directory)
  }
}

const unusable = (why: string): GenesisError => new GenesisError('GI-MODEL-FOLDER', { why })

function unreadable(error: unknown, file: string): unknown {
  const code = systemErrorCode(error)
  return code === undefined ? error : unusable(code === 'ENOENT' ? `there is no ${file}` : `${file} cannot be read (${code})`)
}
