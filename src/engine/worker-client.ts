import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { GenesisError } from '../errors.ts'
import { packageRoot } from '../system/package-root.ts'
import { startProcess } from '../system/process.ts'
import type { ProcessEnd } from '../system/process.ts'
import { enginePaths } from './engine-directory.ts'
import { crashError, refusalError } from './failures.ts'
import { decodeReply, encodeRequest } from './protocol.ts'
import type { AnswerOutcome, Command, FinetuneOutcome, FinetuneRequest, Reply } from './protocol.ts'

export interface WorkerOptions {
  engineDirectory: string
  /** The bundled worker; else the one of this package. */
  workerFile?: string | undefined
  signal: AbortSignal
  /** Gets what the engine itself writes. */
  onChatter?: (line: string) => void
  /** As `ProcessOptions.nice`. */
  nice?: number
  /** The worker says that it is alive every 2 seconds; this long without a word and it is stopped. */
  silenceLimitMs?: number
}

/** A running worker. Every call throws GI-ENGINE-CRASHED, GI-ENGINE-SILENT, GI-ENGINE-REFUSED (and its kin) or GI-INTERRUPTED. */
export interface EngineWorker {
  load(model: string, config: Record<string, string>): Promise<void>
  finetune(options: FinetuneRequest): Promise<FinetuneOutcome>
  answer(messages: { role: string; content: string }[]): Promise<AnswerOutcome>
  /** Ends the worker; whatever it is doing is lost. Never throws. */
  close(): Promise<void>
}

interface Waiter {
  resolve: (value: unknown) => void
  reject: (error: unknown) => void
}

const defaultSilenceLimitMs = 120_000
const graceMs = 3000

/** Starts the worker on the engine's runtime. It ends by itself when this process does: its standard input closes then. */
export function startWorker(options: WorkerOptions): EngineWorker {
  const { engineDirectory, signal, onChatter, silenceLimitMs = defaultSilenceLimitMs } = options
  const { prefix, runtime } = enginePaths(engineDirectory)
  const workerFile = options.workerFile ?? path.join(packageRoot(), 'dist', 'engine-worker.cjs')
  const modules = pathToFileURL(path.join(prefix, 'node_modules')).href
  const waiters = new Map<number, Waiter>()
  const chatter: string[] = []
  let failure: GenesisError | undefined
  let nextId = 1
  let closing = false

  const child = startProcess(runtime, [workerFile, modules], {
    ...(options.nice === undefined ? {} : { nice: options.nice }),
    passOn: ['LD_LIBRARY_PATH', 'DYLD_*', 'VK_*', 'GGML_*'],
    onLine: (line) => {
      const reply = decodeReply(line)
      if (reply !== undefined) take(reply)
      else if (line.trim() !== '') {
        chatter.push(line)
        if (chatter.length > 20) chatter.shift()
        onChatter?.(line)
      }
    },
  })
  const silence = setTimeout(
    () => fail(new GenesisError('GI-ENGINE-SILENT', { why: `no sign of life for ${Math.round(silenceLimitMs / 1000)} s` })),
    silenceLimitMs,
  )
  const onAbort = (): void => fail(new GenesisError('GI-INTERRUPTED'))
  if (signal.aborted) onAbort()
  signal.addEventListener('abort', onAbort, { once: true })
  const ended = child.ended.then((end: ProcessEnd) => {
    clearTimeout(silence)
    signal.removeEventListener('abort', onAbort)
    if (!closing) fail(crashError(end, chatter))
  })

  function take(reply: Reply): void {
    silence.refresh()
    if (reply.kind === 'done') settle(reply.id, (waiter) => waiter.resolve(reply.value))
    if (reply.kind === 'failed') settle(reply.id, (waiter) => waiter.reject(refusalError(reply.message)))
  }

  function settle(id: number, act: (waiter: Waiter) => void): void {
    const waiter = waiters.get(id)
    waiters.delete(id)
    if (waiter !== undefined) act(waiter)
  }

  function fail(error: GenesisError): void {
    failure ??= error
    void child.stop(graceMs)
    for (const waiter of waiters.values()) waiter.reject(failure)
    waiters.clear()
  }

  function request(command: Command): Promise<unknown> {
    if (failure !== undefined) return Promise.reject(failure)
    const id = nextId++
    return new Promise((resolve, reject) => {
      waiters.set(id, { resolve, reject })
      child.writeLine(encodeRequest({ ...command, id }))
    })
  }

  return {
    load: async (model, config) => void (await request({ command: 'load', model, config })),
    finetune: (finetune) => request({ command: 'finetune', options: finetune }) as Promise<FinetuneOutcome>,
    answer: (messages) => request({ command: 'answer', messages }) as Promise<AnswerOutcome>,
    close: async () => {
      closing = true
      child.closeInput()
      const timer = setTimeout(() => void child.stop(graceMs), graceMs)
      await ended
      clearTimeout(timer)
    },
  }
}
