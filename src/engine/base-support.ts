import { GenesisError } from '../errors.ts'
import { readGgufSummary } from '../gguf/summary.ts'
import type { GgufSummary } from '../gguf/summary.ts'
import type { Problem } from '../problem.ts'

/** What the engine trains (it refuses the rest); see LlamaFinetuner.cpp of the engine, validateModelForFinetuning. */
const trainableArchitectures: readonly string[] = ['qwen3', 'qwen35', 'qwen35moe', 'gemma3', 'gemma4', 'bitnet']
const trainableFileTypes: readonly string[] = ['F32', 'F16', 'Q8_0', 'Q4_0', 'TQ1_0', 'TQ2_0']

/** Why this base can't be trained; empty when it can. */
export function trainingProblems({ architecture, fileType }: Pick<GgufSummary, 'architecture' | 'fileType'>): Problem[] {
  const problems: Problem[] = []
  if (architecture === undefined || !trainableArchitectures.includes(architecture)) {
    problems.push({
      code: 'GI-BASE-UNSUPPORTED',
      what: `The embedded engine cannot train models of the architecture ${architecture ?? '(not named in the file)'}.`,
      remedy: `Choose a base of one of these: ${trainableArchitectures.join(', ')}.`,
    })
  }
  // A file that doesn't name its type is let through by the engine as well.
  if (fileType !== undefined && !trainableFileTypes.includes(fileType)) {
    problems.push({
      code: 'GI-BASE-UNSUPPORTED',
      what: `The embedded engine cannot train on a base quantised as ${fileType}.`,
      remedy: `Get the same model as ${trainableFileTypes.slice(0, 4).join(', ')}: Q8_0 loses next to nothing.`,
    })
  }
  return problems
}

/** The same for a file; one that can't be read is a problem as well. */
export async function baseProblems(file: string): Promise<Problem[]> {
  try {
    return trainingProblems(await readGgufSummary(file))
  } catch (error) {
    if (!(error instanceof GenesisError)) throw error
    return [{ code: error.code, what: [error.what, error.why].filter(Boolean).join(' '), remedy: error.remedy }]
  }
}
