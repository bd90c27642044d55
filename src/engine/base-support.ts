import { GenesisError } from '../errors.ts'
import { fileTypeName } from '../gguf/file-type.ts'
import { openGguf } from '../gguf/gguf-file.ts'
import type { GgufFile } from '../gguf/gguf-file.ts'
import type { GgufSummary } from '../gguf/summary.ts'
import { problemOf } from '../problem.ts'
import type { Problem } from '../problem.ts'

/** What the engine trains (it refuses the rest); see LlamaFinetuner.cpp of the engine, validateModelForFinetuning. */
const trainableArchitectures: readonly string[] = ['qwen3', 'qwen35', 'qwen35moe', 'gemma3', 'gemma4', 'bitnet']
const trainableFileTypes: readonly string[] = ['F32', 'F16', 'Q8_0', 'Q4_0', 'TQ1_0', 'TQ2_0']

/** Whether a file of this type is trained on as it is. A file that doesn't name its type is let through by the engine as well. */
export const isTrainableType = (fileType: string | undefined): boolean => fileType === undefined || trainableFileTypes.includes(fileType)

/** Why no base of this architecture can be trained; empty when it can. */
export function trainingProblems({ architecture }: Pick<GgufSummary, 'architecture'>): Problem[] {
  const problems: Problem[] = []
  if (architecture === undefined || !trainableArchitectures.includes(architecture)) {
    problems.push({
      code: 'GI-BASE-UNSUPPORTED',
      what: `The embedded engine cannot train models of the architecture ${architecture ?? '(not named in the file)'}.`,
      remedy: `Choose a base of one of these: ${trainableArchitectures.join(', ')}.`,
    })
  }
  return problems
}

/** The same for a file; one that can't be read is a problem as well. */
export async function baseProblems(file: string): Promise<Problem[]> {
  try {
    const gguf = await openGguf(file)
    await gguf.close()
    // Throws when there is a tensor that can't be made trainable.
    await bytesToPrepare(gguf)
    return trainingProblems(gguf)
  } catch (error) {
    if (!(error instanceof GenesisError)) throw error
    return [problemOf(error)]
  }
}

/** Bytes of the copy that training needs; null when the file is trained on as it is. Throws as `openGguf` and `requantisedBytes`. */
export async function preparedBytes(file: string): Promise<number | null> {
  const gguf = await openGguf(file)
  await gguf.close()
  return await bytesToPrepare(gguf)
}

async function bytesToPrepare(gguf: GgufFile): Promise<number | null> {
  if (isTrainableType(gguf.fileType === undefined ? undefined : fileTypeName(gguf.fileType))) return null
  const { requantisedBytes } = await import('../gguf/requantise.ts')
  return requantisedBytes(gguf)
}
