// Stands in the place of the engine's runtime: speaks the worker's protocol and answers at once. What a model knows follows from the order in which
// the models of a home were asked first: "keep" every one, "fix 0" all but the first, "fix 1" all but the first two, and so on.
const { createHash } = require('node:crypto')
const { appendFileSync, existsSync, readFileSync } = require('node:fs')
const { createInterface } = require('node:readline')

/** In the home, where the program was started. */
const memory = 'models-asked.txt'
let generation = 0

const say = (reply) => process.stdout.write(`@genesis-improve ${JSON.stringify(reply)}\n`)
say({ kind: 'ready' })
createInterface({ input: process.stdin })
  .on('line', (line) => {
    const { id, command, model, messages } = JSON.parse(line)
    if (command === 'load') generation = generationOf(model)
    say({ kind: 'done', id, value: command === 'answer' ? { text: answer(messages.at(-1).content), stopReason: 'eos' } : null })
  })
  .on('close', () => process.exit(0))

function generationOf(model) {
  const digest = createHash('sha256').update(readFileSync(model)).digest('hex')
  const asked = existsSync(memory) ? readFileSync(memory, 'utf8').trim().split('\n') : []
  if (!asked.includes(digest)) appendFileSync(memory, `${digest}\n`)
  return asked.includes(digest) ? asked.indexOf(digest) : asked.length
}

function answer(question) {
  const [, since] = /^fix (\d+)/.exec(question) ?? []
  return since === undefined || generation > Number(since) ? `answer to ${question}` : 'something else'
}
