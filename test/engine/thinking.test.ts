import assert from 'node:assert/strict'
import path from 'node:path'
import { test } from 'node:test'
import { stateFiles } from '../../src/engine/checkpoint.ts'
import { planTraining } from '../../src/engine/plan.ts'
import { runTraining } from '../../src/engine/train.ts'
import { startWorker } from '../../src/engine/worker-client.ts'
import { openGguf } from '../../src/gguf/gguf-file.ts'
import { MetadataValue } from '../../src/gguf/metadata.ts'
import { writeGguf } from '../../src/gguf/writer.ts'
import { digestFile } from '../../src/state/files.ts'
import { demoBase, engine, exchange, smallJob, workplace } from './setup.ts'

/** What Qwen3's template does with thinking, without its tools: an empty block before the answer that is asked for, and in the last turn only. */
const template = [
  "{%- for message in messages %}{{- '<|im_start|>' + message.role + '\\n' }}",
  "{%- if message.role == 'assistant' and loop.last %}{{- '<think>\\n\\n</think>\\n\\n' }}{%- endif %}",
  "{{- message.content + '<|im_end|>\\n' }}{%- endfor %}",
  "{%- if add_generation_prompt %}{{- '<|im_start|>assistant\\n' }}",
  "{%- if enable_thinking is defined and enable_thinking is false %}{{- '<think>\\n\\n</think>\\n\\n' }}{%- endif %}{%- endif %}",
].join('')

async function thinkingBase(): Promise<string> {
  const base = await openGguf(demoBase)
  const metadata = new Map([...base.metadata, ['tokenizer.chat_template', MetadataValue.text(template)]])
  const file = path.join(workplace, 'thinking.gguf')
  const data = async function* (): AsyncGenerator<Uint8Array> {
    for (const tensor of base.tensors) yield await base.readTensor(tensor)
  }
  await writeGguf(file, { version: base.version, alignment: base.alignment, metadata, tensors: base.tensors }, data())
  await base.close()
  return file
}

test("packed exchanges are laid out as the model's own template lays out one with thinking off", async () => {
  const base = await thinkingBase()
  const job = await smallJob({ contextLength: 64 }, [exchange('how to grep app for error', 'rg error app')])
  const plan = await planTraining({ ...job, base: { path: base, digest: '' } })
  assert.notEqual(plan.template, null)
  // One exchange is the last turn of its conversation, so here the model's own template says what is right.
  const digests = await Promise.all(
    [plan.template, null].map(async (used, index) => {
      const scratch = path.join(workplace, `thinking-${index}`)
      const worker = startWorker({ ...engine, signal: new AbortController().signal })
      try {
        const { last } = await runTraining({
          ...{ worker, base, conversations: plan.conversations, template: used, settings: job.settings, inputs: 'test', processors: 2 },
          ...{ checkpoints: path.join(scratch, 'checkpoints'), scratch: path.join(scratch, 'attempt'), onStep: () => undefined },
          ...{ keptSteps: [], kept: path.join(scratch, 'kept') },
        })
        return await digestFile(path.join(last.directory, stateFiles.adapter))
      } finally {
        await worker.close()
      }
    }),
  )
  assert.equal(digests[0], digests[1])
})

test('a model without a thinking switch is trained with its own template', async () => {
  assert.equal((await planTraining(await smallJob())).template, null)
})
