import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { copyFile, open } from 'node:fs/promises'
import path from 'node:path'
import { describe, test } from 'node:test'
import { defaultEngineDirectory } from '../../src/engine/engine-directory.ts'
import { openGguf } from '../../src/gguf/gguf-file.ts'
import { digestIn, OllamaServer } from '../../src/ollama/server.ts'
import { ollamaRuntime } from '../../src/runtimes/ollama.ts'
import { writeReleaseFiles } from '../../src/serving/release-files.ts'
import { ollamaServing } from '../../src/serving/ollama.ts'
import { digestFile } from '../../src/state/files.ts'
import { homeAt } from '../../src/state/home.ts'
import { packageRoot } from '../../src/system/package-root.ts'
import { describeRuntimeContract } from '../contract/runtime-contract.ts'
import { servingContract } from '../contract/serving-contract.ts'
import { releaseRecord } from '../fakes/release.ts'
import { deadlyProxy } from './deadly-proxy.ts'
import { startOllama, startWeaviate, workplace } from './servers.ts'

const { host } = await startOllama()
const server = new OllamaServer({ host })
const base = path.join(packageRoot(), 'data', 'demo', 'base-f16.gguf')
const program = path.join(packageRoot(), 'bin', 'genesis-improve.js')
const engineDirectory = process.env['GENESIS_ENGINE_DIR'] ?? defaultEngineDirectory(process.env)
let made = 0

/** A copy of the demo's base with a few other weights for each text. */
async function variant(content: string): Promise<string> {
  const file = path.join(workplace, `variant-${(made += 1)}.gguf`)
  await copyFile(base, file)
  const gguf = await openGguf(file)
  const norm = gguf.tensors.find(({ name }) => name === 'output_norm.weight')
  await gguf.close()
  if (norm === undefined) throw new Error('the demo base has no output_norm')
  const handle = await open(file, 'r+')
  await handle.write(
    Float32Array.from(content, (letter) => 1 + letter.charCodeAt(0) / 1000),
    0,
    4 * content.length,
    norm.position,
  )
  await handle.close()
  return file
}

servingContract('a real Ollama', async () => {
  const home = homeAt(mkdtempSync(path.join(workplace, 'serving-')))
  const digest = await digestFile(base)
  for (const { name } of await server.list()) await server.remove(name)
  return {
    serving: ollamaServing({
      home,
      server: () => Promise.resolve(server),
      production: 'genesis',
      base: () => Promise.resolve({ path: base, digest }),
    }),
    digestOf: async (content) => await digestFile(await variant(content)),
    async makeArtefact(name, content) {
      const directory = path.join(home.cycles, `made-${(made += 1)}`)
      mkdirSync(directory, { recursive: true })
      const file = path.join(directory, 'model.gguf')
      await copyFile(await variant(content), file)
      await writeReleaseFiles(directory, releaseRecord(name, { digest: await digestFile(file) }))
      return directory
    },
  }
})

describeRuntimeContract('a real Ollama', async () => {
  const digest = await digestFile(base)
  await server.upload(base, digest)
  await server.create('asked', digest, { template: '', system: '', renderer: '', parser: '', parameters: { stop: ['<|im_end|>'] } })
  const items = readFileSync(path.join(packageRoot(), 'data', 'demo', 'retention.jsonl'), 'utf8')
    .split('\n')
    .slice(0, 12)
  return {
    runtime: ollamaRuntime({ server: (signal) => Promise.resolve(new OllamaServer({ host, ...(signal && { signal }) })) }),
    model: { path: null, serverName: 'asked', digest },
    questions: items.map((line) => (JSON.parse(line) as { input: string }).input),
  }
})

interface Ended {
  code: number | null
  output: string
}

/** Runs the built program in a home; `started` may kill it. */
async function genesis(home: string, args: readonly string[], started: (kill: () => void) => void = () => undefined): Promise<Ended> {
  const child = spawn(process.execPath, [program, ...args, '--home', home], {
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], GENESIS_ENGINE_DIR: engineDirectory },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()))
  started(() => child.kill('SIGKILL'))
  return await new Promise((resolve) => child.on('close', (code) => resolve({ code, output })))
}

async function done(home: string, args: readonly string[]): Promise<string> {
  const { code, output } = await genesis(home, args)
  assert.equal(code, 0, output)
  return output
}

/** A demo home whose releases go to an Ollama at `at`. */
async function demoHome(at: string, settings: object): Promise<string> {
  const home = mkdtempSync(path.join(workplace, 'home-'))
  await done(home, ['init', '--demo'])
  const file = path.join(home, 'genesis-improve.config.json')
  const config = JSON.parse(readFileSync(file, 'utf8')) as Record<string, object>
  writeFileSync(file, JSON.stringify({ ...config, serving: { kind: 'ollama', host: at }, ...settings }))
  return home
}

const state = (home: string): Record<string, unknown> =>
  JSON.parse(readFileSync(path.join(home, 'data', 'genesis_improvement_state.json'), 'utf8')) as Record<string, unknown>

const releaseOf = (home: string, name: string): { digest: string } =>
  JSON.parse(readFileSync(path.join(home, 'data', 'models', name, 'release.json'), 'utf8')) as { digest: string }

async function nextAfterCheck(home: string): Promise<string> {
  const output = await done(home, ['check', '--once', '--json'])
  return (JSON.parse(output.slice(output.indexOf('{'))) as { next: string }).next
}

/** Brings the server to where it was before a step: without a production model, and before packaging without a release. */
async function forget(step: 'package' | 'deploy'): Promise<void> {
  const kept = step === 'package' ? /^genesis-base:/ : /^genesis-(base|\d{8}-\d{6}):/
  for (const { name } of await server.list()) if (!kept.test(name)) await server.remove(name)
}

/** Over Ollama's own API, as the team's programs do it. */
async function askOllama(model: string, question: string): Promise<string> {
  const response = await fetch(`${host}/api/chat`, {
    method: 'POST',
    body: JSON.stringify({ model, stream: false, options: { temperature: 0 }, messages: [{ role: 'user', content: question }] }),
  })
  return ((await response.json()) as { message: { content: string } }).message.content.trim()
}

describe('the whole loop on a real Ollama and a real Weaviate', async () => {
  const proxy = await deadlyProxy(host)
  let home = ''
  const beforePackaging = path.join(workplace, 'before-packaging')
  const beforeDeploying = path.join(workplace, 'before-deploying')

  test('corrections become a model that Ollama answers with, the corrected way', async () => {
    for (const { name } of await server.list()) await server.remove(name)
    const { port, grpcPort } = await startWeaviate()
    home = await demoHome(proxy.host, { corpus: { kind: 'weaviate', port, grpcPort } })
    await done(home, ['corpus', 'push', path.join(home, 'data', 'corpus.jsonl')])
    assert.match(await done(home, ['doctor']), /A cycle can run|Everything is in order/)
    for (const next of ['collect', 'prepare', 'train', 'package']) assert.equal(await nextAfterCheck(home), next)
    cpSync(home, beforePackaging, { recursive: true })
    for (const next of ['evaluate', 'decide', 'deploy']) assert.equal(await nextAfterCheck(home), next)
    cpSync(home, beforeDeploying, { recursive: true })
    // The answers are the same however often they are asked for.
    cpSync(path.join(home, 'data', 'cache'), path.join(beforePackaging, 'data', 'cache'), { recursive: true })
    assert.match(await done(home, ['check', '--until-idle']), /ended with DEPLOY/)

    const release = String(state(home)['current_model'])
    assert.equal((await server.show('genesis'))?.digest, releaseOf(home, release).digest)
    const items = readFileSync(path.join(home, 'data', 'gate.jsonl'), 'utf8')
      .split('\n')
      .slice(0, 20)
    let right = 0
    for (const line of items) {
      const { input, expected } = JSON.parse(line) as { input: string; expected: string }
      if ((await askOllama('genesis', input)) === expected) right += 1
    }
    assert.ok(right >= 17, `${right} of 20 right`)
    const lineage = readFileSync(path.join(home, 'data', 'cycles', release.replace('genesis', 'cycle'), 'collect', 'corpus.jsonl'), 'utf8')
    assert.match(lineage, /"id":"[0-9a-f]{8}-[0-9a-f]{4}-5/, 'entries carry the ids of their objects')
  })

  test('rollback answers the old way', async () => {
    const item = readFileSync(path.join(home, 'data', 'gate.jsonl'), 'utf8').split('\n')[0] ?? ''
    const { input, expected } = JSON.parse(item) as { input: string; expected: string }
    await done(home, ['rollback'])
    assert.equal(state(home)['current_model'], 'genesis-base')
    assert.notEqual(await askOllama('genesis', input), expected)
    const list = await server.list()
    assert.equal(digestIn(list, 'genesis'), digestIn(list, 'genesis-base'))
  })

  test('killed before or after any request of packaging and deploying, it converges to the same deployment', async () => {
    const expected = new Set<string>()
    let kills = 0
    for (const [step, snapshot] of [
      ['package', beforePackaging],
      ['deploy', beforeDeploying],
    ] as const) {
      for (const moment of ['before', 'after'] as const) {
        for (let nth = 1; ; nth += 1) {
          await forget(step)
          home = path.join(workplace, `killed-${step}-${moment}-${nth}`)
          cpSync(snapshot, home, { recursive: true })
          const { code, output } = await genesis(home, ['check', '--once'], (kill) => proxy.killAt(nth, moment, kill))
          const wasKilled = proxy.disarm()
          if (!wasKilled) {
            assert.equal(code, 0, output)
            break
          }
          kills += 1
          assert.match(await done(home, ['check', '--until-idle']), /ended with DEPLOY/)
          const release = String(state(home)['current_model'])
          assert.equal((await server.show('genesis'))?.digest, releaseOf(home, release).digest)
          expected.add(releaseOf(home, release).digest)
        }
      }
    }
    assert.ok(kills >= 12, `${kills} kills`)
    assert.equal(expected.size, 1, 'every one ends with the same artefact')
    await proxy.close()
  })
})
