// bare train.cjs LIBRARY MODEL TRAIN.jsonl FOLDER OPTIONS: the same training by the engine alone. One finetune() call a step, state handed over through
// the checkpoint: one plain call over everything is quicker and trains wrongly, as the engine never resets its gradients within a call.
const [, , library, model, train, folder, options] = Bare.argv
const Llm = require(library)
const fs = require(`${library}/../../bare-fs`)

const carriedOn = { epoch: 0, global_step: 0, current_step: 0, resume_epoch: 0, resume_batch: -1, paused_during_validation: 0 }

async function main() {
  const { rates, ...settings } = JSON.parse(options)
  const config = {
    device: 'cpu',
    gpu_layers: '0',
    flash_attn: 'off',
    verbosity: '0',
    threads: '2',
    ctx_size: String(settings.contextLength),
  }
  const engine = new Llm({ files: { model: [model] }, config, opts: { stats: true }, logger: null })
  await engine.load()
  const conversations = fs.readFileSync(train, 'utf8').trim().split('\n')
  for (const [step, conversation] of conversations.entries()) {
    fs.writeFileSync(`${folder}/one.jsonl`, `${conversation}\n`)
    const handle = await engine.finetune({
      trainDatasetDir: `${folder}/one.jsonl`,
      validation: { type: 'none' },
      outputParametersDir: `${folder}/adapter.gguf`,
      checkpointSaveDir: `${folder}/state`,
      checkpointSaveSteps: 1,
      numberOfEpochs: 1,
      assistantLossOnly: true,
      lrScheduler: 'constant',
      weightDecay: 0,
      ...settings,
      learningRate: rates[step],
    })
    await handle.await()
    fs.rmSync(`${folder}/state/pause_checkpoint_step_00000001`, { recursive: true, force: true })
    const made = fs.readdirSync(`${folder}/state`).find((name) => name.startsWith('checkpoint_step_'))
    const metadata = `${folder}/state/${made}/metadata.txt`
    const kept = fs
      .readFileSync(metadata, 'utf8')
      .split('\n')
      .filter((line) => line !== '' && !(line.split('=')[0] in carriedOn))
    fs.writeFileSync(metadata, [...kept, ...Object.entries(carriedOn).map(([key, value]) => `${key}=${value}`), ''].join('\n'))
    fs.renameSync(`${folder}/state/${made}`, `${folder}/state/pause_checkpoint_step_00000001`)
  }
  await engine.unload()
}
main().catch((error) => {
  console.error(error)
  Bare.exit(1)
})
