import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, test } from 'node:test'
import { Config } from '../../src/config/schema.ts'
import { startWorker } from '../../src/engine/worker-client.ts'
import { readGgufSummary } from '../../src/gguf/summary.ts'
import { digestFile } from '../../src/state/files.ts'
import { engineTrainer } from '../../src/trainers/engine.ts'
import { demoBase, engine, smallJob, workplace } from './setup.ts'

const never = new AbortController().signal
const trainer = engineTrainer(Config.parse({}).trainer, engine)

/** The demo base, saying of itself that it is quantised as Q4_K_M (general.file_type 15). */
async function mislabelledBase(): Promise<string> {
  const bytes = await readFile(demoBase)
  const key = bytes.indexOf('general.file_type')
  // After the key stand the type of the value (uint32) and the value.
  bytes.writeUInt32LE(15, key + 'general.file_type'.length + 4)
  const file = path.join(workplace, 'q4-k-m.gguf')
  await writeFile(file, bytes)
  return file
}

describe('a base of a type that the engine does not train', () => {
  test('is prepared once, in the cache, and trained on; the next training finds it there', async () => {
    const file = await mislabelledBase()
    assert.deepEqual(await trainer.preflight({ path: file }), [])
    const said: string[] = []
    const base = { path: file, digest: await digestFile(file) }
    for (const rank of [4, 2]) {
      const job = { ...(await smallJob({ rank })), base }
      const handle = await trainer.begin(job, ({ preparing }) => void (preparing !== undefined && said.push(preparing)), never)
      assert.equal((await trainer.observe(handle, job)).status, 'done')
      const prepared = await readGgufSummary(path.join(engine.cacheDirectory, 'bases', `${base.digest}.q8_0.gguf`))
      assert.equal(prepared.fileType, 'F16', 'its tensors are what the engine trains; only its name was not')
      if (rank === 4) assert.match(said.splice(0).at(-1) ?? '', /preparing the base 100%/)
    }
    assert.deepEqual(said, [])
  })
})

describe('what the engine refuses', () => {
  test('a base that was not prepared is refused by the engine with a code of ours, and the worker can be ended at once', async () => {
    const worker = startWorker({ ...engine, signal: never })
    try {
      await worker.load(await mislabelledBase(), {
        device: 'cpu',
        gpu_layers: '0',
        ctx_size: '32',
        flash_attn: 'off',
        verbosity: '0',
        threads: '2',
      })
      const dataset = path.join(workplace, 'refused.jsonl')
      await writeFile(dataset, '{"messages":[{"role":"user","content":"a"},{"role":"assistant","content":"b"}]}\n')
      const refused = worker.finetune({
        ...{ dataset, template: null, checkpoints: path.join(workplace, 'refused'), adapter: path.join(workplace, 'refused.gguf') },
        ...{ learningRate: 1e-3, contextLength: 32, rank: 4, alpha: 8, modules: 'attn_v', seed: 1 },
      })
      await assert.rejects(refused, { code: 'GI-BASE-UNSUPPORTED' })
    } finally {
      await worker.close()
    }
  })

  test('a file that is no model is an error of the base', async () => {
    const file = path.join(workplace, 'no-model.gguf')
    await writeFile(file, 'not a model')
    const [problem] = await trainer.preflight({ path: file })
    assert.equal(problem?.code, 'GI-GGUF-INVALID')
  })
})

describe('a worker that goes wrong', () => {
  const withWorker = async (name: string, source: string): Promise<ReturnType<typeof startWorker>> => {
    const file = path.join(workplace, name)
    await writeFile(file, source)
    return startWorker({ ...engine, workerFile: file, signal: never, silenceLimitMs: 1500 })
  }

  test('is stopped as GI-ENGINE-SILENT when it gives no sign of life', async () => {
    const worker = await withWorker('silent.cjs', 'setInterval(() => {}, 1000)')
    await assert.rejects(worker.load(demoBase, {}), { code: 'GI-ENGINE-SILENT', temporary: true })
    await worker.close()
  })

  test('is GI-ENGINE-CRASHED with its last words when it ends', async () => {
    const worker = await withWorker('crash.cjs', 'console.error("out of patience"); setTimeout(() => Bare.exit(3), 200)')
    await assert.rejects(worker.load(demoBase, {}), (error: { code?: string; why?: string; temporary?: boolean }) => {
      assert.equal(error.code, 'GI-ENGINE-CRASHED')
      assert.match(error.why ?? '', /exit code 3\nout of patience/)
      return error.temporary === true
    })
    await worker.close()
  })

  test('a training that exceeds its time limit fails for good and keeps its checkpoint', async () => {
    const hurried = engineTrainer({ ...Config.parse({}).trainer, timeLimitHours: 0.05 / 3600 }, engine)
    await assert.rejects(
      hurried.begin(await smallJob(), () => undefined, never),
      { code: 'GI-ENGINE-TIME-LIMIT', temporary: false },
    )
  })

  test('an engine that is not there is GI-ENGINE-MISSING', async () => {
    const missing = engineTrainer(Config.parse({}).trainer, { ...engine, engineDirectory: path.join(workplace, 'nowhere') })
    assert.equal((await missing.preflight({ path: demoBase }))[0]?.code, 'GI-ENGINE-MISSING')
    await assert.rejects(
      missing.begin(await smallJob(), () => undefined, never),
      { code: 'GI-ENGINE-MISSING' },
    )
  })
})
