// What a Python with MLX-LM does as far as files go: "-c" prints its version, "-m mlx_lm lora --config FILE" leaves a checkpoint and an adapter for the queries of
// makePair's model. FAKE_PLACE is a folder: each start adds a line with its configuration to "starts"; with a file
// "die" there it dies once, with its wrapper; while there is a file "hold" it works on.
const fs = require('node:fs')
const path = require('node:path')

const { FAKE_PLACE: place = '', FAKE_VERSION: version = '' } = process.env
const args = process.argv.slice(2)
if (args[0] === '-c') {
  if (version === '') process.exit(1)
  console.log(`version ${version}`)
} else train(JSON.parse(fs.readFileSync(args[args.indexOf('--config') + 1], 'utf8')))

function train(config) {
  fs.appendFileSync(path.join(place, 'starts'), `${JSON.stringify({ ...config, files: fs.readdirSync(config.model).sort() })}\n`)
  fs.mkdirSync(config.adapter_path, { recursive: true })
  const save = (name) => fs.writeFileSync(path.join(config.adapter_path, name), weights(config.lora_parameters.rank))
  save(`${String(config.save_every).padStart(7, '0')}_adapters.safetensors`)
  const die = path.join(place, 'die')
  if (fs.existsSync(die)) {
    fs.rmSync(die)
    // Half of a checkpoint is none.
    fs.writeFileSync(path.join(config.adapter_path, '0000099_adapters.safetensors'), 'half')
    process.kill(Number(fs.readFileSync('../run/pid', 'utf8')), 'SIGKILL')
    wait(60_000)
    return
  }
  while (fs.existsSync(path.join(place, 'hold'))) wait(50)
  for (let step = 1; step <= config.iters; step += 1) console.log(`  ${step}    2.000 \u25bc      988      0.8k`)
  fs.writeFileSync(
    path.join(config.adapter_path, 'adapter_config.json'),
    JSON.stringify({ fine_tune_type: 'lora', lora_parameters: config.lora_parameters }),
  )
  save('adapters.safetensors')
}

function weights(rank) {
  const header = {}
  const values = []
  for (const layer of [0, 1])
    for (const [part, shape] of [
      ['lora_a', [8, rank]],
      ['lora_b', [rank, 8]],
    ]) {
      const from = values.length * 4
      for (let index = 0; index < 8 * rank; index += 1) values.push(index + 1)
      header[`model.layers.${layer}.self_attn.q_proj.${part}`] = { dtype: 'F32', shape, data_offsets: [from, values.length * 4] }
    }
  const text = Buffer.from(JSON.stringify(header))
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(text.length))
  return Buffer.concat([length, text, Buffer.from(Float32Array.from(values).buffer)])
}

function wait(milliseconds) {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds)
}
