// bare answer.cjs LIBRARY MODEL PROMPTS.json PARALLEL CONTEXT MAX_TOKENS: the engine's own parallel client, requests sent as slots get free.
const [, , library, model, file, parallel, context, predict] = Bare.argv
const Llm = require(library)
const fs = require(library.replace('@qvac/llm-llamacpp', 'bare-fs'))

async function main() {
  const prompts = JSON.parse(fs.readFileSync(file, 'utf8'))
  const slots = Number(parallel)
  const config = { device: 'cpu', gpu_layers: '0', verbosity: '0', threads: '2', temp: '0', repeat_penalty: '1', seed: '1' }
  const sizes = { ctx_size: String(Number(context) * slots), parallel, predict }
  const engine = new Llm({
    files: { model: [model] },
    config: { ...config, ...sizes },
    opts: { stats: true, rejectWhenBusy: false },
    logger: null,
  })
  await engine.load()
  const started = Date.now()
  let next = 0
  const lane = async () => {
    while (next < prompts.length) {
      const index = next++
      const response = await engine.run([{ id: `prompt-${index}`, prompt: [{ role: 'user', content: prompts[index] }] }])
      await response.await()
    }
  }
  await Promise.all(Array.from({ length: 2 * slots }, lane))
  console.log(`\nbare-result ${JSON.stringify({ ms: Date.now() - started })}`)
  await engine.unload()
}
main().catch((error) => {
  console.error(error)
  Bare.exit(1)
})
