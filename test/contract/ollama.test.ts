import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after } from 'node:test'
import { OllamaServer } from '../../src/ollama/server.ts'
import { ollamaRuntime } from '../../src/runtimes/ollama.ts'
import { ollamaServing } from '../../src/serving/ollama.ts'
import { digestText, digestFile } from '../../src/state/files.ts'
import { homeAt } from '../../src/state/home.ts'
import { FakeOllama } from '../fakes/fake-ollama.ts'
import { makeArtefact } from '../fakes/release.ts'
import { writeModel } from '../gguf/models.ts'
import { describeRuntimeContract } from './runtime-contract.ts'
import { servingContract } from './serving-contract.ts'

const ends: (() => Promise<void>)[] = []
after(() => Promise.all(ends.map((end) => end())))

for (const generation of ['old', 'middle', 'new'] as const) {
  servingContract(`an Ollama server (${generation})`, async () => {
    const { server, fake } = await startFake(generation)
    const home = homeAt(await mkdtemp(path.join(tmpdir(), 'genesis-ollama-')))
    ends.push(() => rm(home.root, { recursive: true, force: true }))
    const file = await writeModel(home.root, 'base', { 'blk.0.attn_q.weight': { shape: [32, 2], values: new Float32Array(64) } })
    const base = { path: file, digest: await digestFile(file) }
    fake.mind = (question, content) => `${content} ${question}`
    let artefacts = 0
    return {
      serving: ollamaServing({ home, server, production: 'genesis', base: () => Promise.resolve(base) }),
      async makeArtefact(name, content) {
        artefacts += 1
        const directory = path.join(home.cycles, `attempt-${artefacts}`)
        await makeArtefact(directory, name, content)
        return directory
      },
    }
  })

  describeRuntimeContract(`Ollama (${generation})`, async () => {
    const { server, fake } = await startFake(generation)
    fake.add('staged', 'weights')
    return {
      runtime: ollamaRuntime({ server }),
      model: { path: null, serverName: 'staged', digest: digestText('weights') },
      questions: Array.from({ length: 12 }, (_, index) => `question ${index}`),
    }
  })
}

async function startFake(generation: FakeOllama['generation']) {
  const fake = new FakeOllama()
  fake.generation = generation
  const host = await fake.start()
  ends.push(() => fake.stop())
  return {
    fake,
    server: (signal?: AbortSignal) => Promise.resolve(new OllamaServer({ host, ...(signal === undefined ? {} : { signal }) })),
  }
}
