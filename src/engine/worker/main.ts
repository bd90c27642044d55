import { encodeReply } from '../protocol.ts'
import type { Reply, Request } from '../protocol.ts'
import { Engine } from './engine.ts'
import type { EngineModules } from './bare.ts'

declare const Bare: { argv: string[] }
declare const require: (path: string) => unknown

/*
 * Runs on the engine's own runtime, not on Node: engine-worker.cjs MODULES, a file: URL of the engine's node_modules. Takes requests on
 * standard input, a line each, and ends at once when that closes: its parent is gone then, and nobody wants what it is doing.
 */
const modules = Bare.argv[2] ?? ''
const load = <T>(name: string): T => require(`${modules}/${name}/index.js`) as T
const { fs, os, Pipe, Llm }: EngineModules = {
  fs: load('bare-fs'),
  os: load('bare-os'),
  Pipe: load('bare-pipe'),
  Llm: load('@qvac/llm-llamacpp'),
}

const say = (reply: Reply): void => {
  // The engine may have left a line open.
  let rest = Buffer.from(`\n${encodeReply(reply)}\n`)
  while (rest.length > 0) rest = rest.subarray(fs.writeSync(1, rest))
}

const engine = new Engine(Llm)
const input = new Pipe(0)
let pending = ''

input.on('data', (chunk) => {
  const lines = (pending + chunk.toString()).split('\n')
  pending = lines.pop() ?? ''
  for (const line of lines) void handle(JSON.parse(line) as Request)
})
// Leaving the normal way would wait for the engine's threads (and was seen to crash in them).
const leave = (): void => os.kill(os.pid(), 'SIGKILL')
input.on('end', leave)
input.on('close', leave)
input.on('error', leave)

setInterval(() => say({ kind: 'alive' }), 2000)
say({ kind: 'ready' })

async function handle(request: Request): Promise<void> {
  try {
    say({ kind: 'done', id: request.id, value: await engine.work(request) })
  } catch (error) {
    say({ kind: 'failed', id: request.id, message: error instanceof Error ? error.message : String(error) })
  }
}
