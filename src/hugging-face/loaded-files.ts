import { readdir, stat } from 'node:fs/promises'
import path from 'node:path'

/**
 * Names of the files of a Hugging Face folder that a program reads to train on its model: configuration, tokenizer, chat template, code of its own and
 * the weights. The same weights in other formats, which many folders hold as well, are none of them. Sorted;
 * names without anything that a shell could change.
 */
export async function loadedFiles(directory: string): Promise<string[]> {
  const names = (await readdir(directory)).filter((name) => isLoaded.test(name)).sort()
  // In the cache of the Hub they are links.
  const areFiles = await Promise.all(names.map(async (name) => (await stat(path.join(directory, name))).isFile()))
  return names.filter((_, index) => areFiles[index])
}

const isLoaded = /^(?:model[\w.+-]*\.safetensors|[A-Za-z0-9_][\w.+-]*\.(?:json|jinja|txt|model|tiktoken|py))$/
