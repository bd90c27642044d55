// bare train.cjs LIBRARY MODEL TRAIN.jsonl FOLDER OPTIONS: one plain finetune() call over all conversations, as the engine's examples do it.
const [, , library, model, train, folder, options] = Bare.argv
const Llm = require(library)

async function main() {
  const config = {
    device: 'cpu',
    gpu_layers: '0',
    flash_attn: 'off',
    verbosity: '0',
    threads: '2',
    ctx_size: String(JSON.parse(options).contextLength),
  }
  const engine = new Llm({ files: { model: [model] }, config, opts: { stats: true }, logger: null })
  await engine.load()
  const started = Date.now()
  const handle = await engine.finetune({
    trainDatasetDir: train,
    validation: { type: 'none' },
    outputParametersDir: `${folder}/adapter.gguf`,
    checkpointSaveDir: `${folder}/checkpoints`,
    numberOfEpochs: 1,
    assistantLossOnly: true,
    lrScheduler: 'cosine',
    weightDecay: 0,
    ...JSON.parse(options),
  })
  await handle.await()
  console.log(`\nbare-result ${JSON.stringify({ ms: Date.now() - started })}`)
  await engine.unload()
}
main().catch((error) => {
  console.error(error)
  Bare.exit(1)
})
