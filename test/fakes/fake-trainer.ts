import { createHash } from 'node:crypto'
import path from 'node:path'
import type { TrainingLayout } from '../../src/evaluation/prompt-layout.ts'
import type { ChatMessage } from '../../src/learnings/learning.ts'
import { GenesisError } from '../../src/errors.ts'
import { openGguf } from '../../src/gguf/gguf-file.ts'
import { MetadataValue } from '../../src/gguf/metadata.ts'
import { writeGguf } from '../../src/gguf/writer.ts'
import { digestFile, readTextIfPresent, writeFileAtomic } from '../../src/state/files.ts'
import type { KeptCheckpoint, Trainer, TrainingHandle, TrainingJob, TrainingProgress, TrainingState } from '../../src/trainers/port.ts'

export interface FakeTrainerFaults {
  /** Ends with GI-ENGINE-CRASHED before this step. */
  crashBefore?: number
  /** Says that it is done and leaves no adapter. */
  leaveNothing?: boolean
  /** Calls this after each step, for instance to abort, and waits for it. */
  afterEach?: (step: number, signal: AbortSignal) => unknown
}

/** A trainer that writes a real LoRA adapter for the base, its numbers drawn from everything that shapes a training. Goes on where it was interrupted. */
export class FakeTrainer implements Trainer {
  readonly name = 'fake'
  /** Steps really done, over all calls. */
  steps = 0
  faults: FakeTrainerFaults = {}
  readonly #totalSteps: number

  constructor(totalSteps = 4) {
    this.#totalSteps = totalSteps
  }

  async preflight(): Promise<[]> {
    return []
  }

  /** As a template without anything would have it. */
  async layout(_base: { path: string }, messages: readonly ChatMessage[]): Promise<TrainingLayout> {
    return { text: messages.map(({ content }) => content).join('\n'), tokens: null, startOfText: '' }
  }

  async estimate(): Promise<{ durationMs: number; diskBytes: number }> {
    return { durationMs: 1000, diskBytes: 1_000_000 }
  }

  async begin(job: TrainingJob, report: (progress: TrainingProgress) => void, signal: AbortSignal): Promise<TrainingHandle> {
    const handle = { trainer: this.name, jobId: job.id }
    if ((await this.observe(handle, job)).status === 'done') return handle
    const inputs = await inputsOf(job)
    const checkpoint = path.join(job.directory, 'checkpoint.json')
    const kept = JSON.parse((await readTextIfPresent(checkpoint)) ?? '{}') as { inputs?: string; step?: number }
    const resumedAt = kept.inputs === inputs ? (kept.step ?? 0) : 0
    for (let step = resumedAt + 1; step <= this.#totalSteps; step += 1) {
      if (signal.aborted) throw new GenesisError('GI-INTERRUPTED')
      if (step === this.faults.crashBefore) throw new GenesisError('GI-ENGINE-CRASHED')
      this.steps += 1
      await writeFileAtomic(checkpoint, JSON.stringify({ inputs, step }))
      report({ step, totalSteps: this.#totalSteps, loss: 2 / step, timeLeftMs: 10 * (this.#totalSteps - step) })
      await this.faults.afterEach?.(step, signal)
    }
    if (this.faults.leaveNothing === true) return handle
    for (const { step, adapter } of this.#kept(job)) await writeAdapter(job, `${inputs} ${step}`, adapter)
    const adapter = path.join(job.directory, 'adapter.gguf')
    await writeAdapter(job, inputs, adapter)
    await writeFileAtomic(path.join(job.directory, 'result.json'), JSON.stringify({ inputs, digest: await digestFile(adapter), resumedAt }))
    return handle
  }

  /** As many as are wanted, of the last steps. */
  #kept({ keep = 1, directory }: TrainingJob): KeptCheckpoint[] {
    const steps = Array.from({ length: this.#totalSteps - 1 }, (_, index) => index + 1)
    const wanted = keep > 1 ? steps.slice(1 - keep) : []
    return wanted.map((step) => ({ step, adapter: path.join(directory, `step-${step}.gguf`) }))
  }

  async observe(_handle: TrainingHandle, job: TrainingJob): Promise<TrainingState> {
    const text = await readTextIfPresent(path.join(job.directory, 'result.json'))
    const result = JSON.parse(text ?? '{}') as { inputs?: string; resumedAt?: number }
    if (result.inputs !== (await inputsOf(job))) return { status: 'lost' }
    const adapter = path.join(job.directory, 'adapter.gguf')
    return {
      status: 'done',
      result: {
        adapter,
        checkpoints: this.#kept(job),
        steps: this.#totalSteps,
        finalLoss: 2 / this.#totalSteps,
        details: { resumedAt: result.resumedAt },
      },
    }
  }

  async cancel(): Promise<void> {
    await Promise.resolve()
  }
}

async function inputsOf({ base, trainFile, settings }: TrainingJob): Promise<string> {
  return JSON.stringify([base.digest, await digestFile(trainFile), settings])
}

async function writeAdapter(job: TrainingJob, inputs: string, file: string): Promise<void> {
  const base = await openGguf(job.base.path)
  await base.close()
  const { rank, alpha, targetModules } = job.settings
  const targets = base.tensors.filter(({ name }) => targetModules.some((module) => name.endsWith(`.${module}.weight`)))
  const tensors = targets.flatMap(({ name, shape: [columns = 0, rows = 0] }) => [
    { name: `${name}.lora_a`, shape: [columns, rank], type: 'F32' as const },
    { name: `${name}.lora_b`, shape: [rank, rows], type: 'F32' as const },
  ])
  const metadata = new Map([
    ['general.architecture', MetadataValue.text(base.architecture ?? 'llama')],
    ['general.type', MetadataValue.text('adapter')],
    ['adapter.type', MetadataValue.text('lora')],
    ['adapter.lora.alpha', MetadataValue.float32(alpha)],
  ])
  const data = async function* (): AsyncGenerator<Uint8Array> {
    for (const { name, shape } of tensors) yield new Uint8Array(numbersFrom(`${inputs} ${name}`, (shape[0] ?? 0) * (shape[1] ?? 0)).buffer)
  }
  await writeGguf(file, { version: 3, alignment: 32, metadata, tensors }, data())
}

/** Small numbers that follow from a text alone. */
function numbersFrom(text: string, length: number): Float32Array {
  const bytes = createHash('shake256', { outputLength: length }).update(text).digest()
  return Float32Array.from(bytes, (byte) => (byte - 127.5) / 25_500)
}
