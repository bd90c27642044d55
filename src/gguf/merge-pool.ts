import { availableParallelism } from 'node:os'
import path from 'node:path'
import { Worker } from 'node:worker_threads'
import { GenesisError } from '../errors.ts'
import type { ErrorCode } from '../errors.ts'
import { packageRoot } from '../system/package-root.ts'
import { createRowMerger } from './merge-rows.ts'
import type { MergedRows, RowJob } from './merge-rows.ts'

/** To a thread: a job, or the number of one whose rows are no longer needed. */
export type ThreadRequest = { id: number; job: RowJob } | { released: number }
/** From a thread. The bytes lie in memory that both see. */
export type ThreadReply = { id: number; bytes: Uint8Array } | { id: number; problem: { code: ErrorCode; why: string | undefined } }

/** Merges rows somewhere. Jobs may be given before earlier ones are done. */
export interface MergePool {
  /** How many jobs it works on at once. */
  readonly threads: number
  merge(job: RowJob): Promise<MergedRows>
  close(): Promise<void>
}

/** Base models, in bytes, below which a thread takes longer to start than to be of use. */
const smallBase = 32 << 20

/** A pool for this base; `threads`, when left out, are all processors, or only this thread for small models. */
export function createPool(baseFile: string, size: number, threads = size < smallBase ? 1 : availableParallelism()): MergePool {
  return threads > 1 ? createThreadPool(baseFile, threads) : createLocalPool(baseFile)
}

/** Works in this thread. */
function createLocalPool(baseFile: string): MergePool {
  const merger = createRowMerger(baseFile)
  return {
    threads: 1,
    // One turn of the event loop for each job, so that signals and timers are not kept waiting.
    merge: (job) => new Promise((resolve, reject) => setImmediate(() => attempt(() => merger.merge(job), resolve, reject))),
    close: () => Promise.resolve(merger.close()),
  }
}

/** Spreads jobs over `threads` threads. */
function createThreadPool(baseFile: string, threads: number): MergePool {
  const workers = Array.from({ length: threads }, () => startThread(baseFile))
  return {
    threads,
    merge: (job) => {
      const idlest = workers.reduce((best, worker) => (worker.waiting.size < best.waiting.size ? worker : best))
      return idlest.send(job)
    },
    close: async () => {
      await Promise.all(workers.map(({ worker }) => worker.terminate()))
    },
  }
}

interface Waiting {
  resolve: (rows: MergedRows) => void
  reject: (error: unknown) => void
}

function startThread(baseFile: string) {
  const worker = createWorker(baseFile)
  const waiting = new Map<number, Waiting>()
  let sent = 0
  let failure: Error | undefined
  const request = (message: ThreadRequest): void => worker.postMessage(message)
  const fail = (error: Error): void => {
    failure ??= error
    for (const { reject } of waiting.values()) reject(error)
    waiting.clear()
  }
  worker.on('message', (reply: ThreadReply) => {
    const job = waiting.get(reply.id)
    waiting.delete(reply.id)
    if ('bytes' in reply) job?.resolve({ bytes: reply.bytes, release: () => request({ released: reply.id }) })
    else job?.reject(new GenesisError(reply.problem.code, { why: reply.problem.why }))
  })
  worker.on('error', fail)
  worker.on('exit', (code) => fail(new Error(`A merging thread ended (code ${code}).`)))
  const send = (job: RowJob): Promise<MergedRows> =>
    new Promise((resolve, reject) => {
      if (failure) return reject(failure)
      const id = sent++
      waiting.set(id, { resolve, reject })
      request({ id, job })
    })
  return { worker, waiting, send }
}

/** The bundle starts the bundled thread. The sources, which need tsx, start the source: threads don't inherit the hooks that --import sets up on Node 20. */
function createWorker(baseFile: string): Worker {
  if (!import.meta.url.endsWith('.ts')) return new Worker(path.join(packageRoot(), 'dist', 'merge-thread.js'), { workerData: baseFile })
  const source = JSON.stringify(new URL('./merge-thread.ts', import.meta.url).href)
  const script = `import('tsx/esm/api').then(({ register }) => { register(); return import(${source}) })`
  return new Worker(script, { eval: true, execArgv: [], workerData: baseFile })
}

function attempt(work: () => MergedRows, resolve: (rows: MergedRows) => void, reject: (error: unknown) => void): void {
  try {
    resolve(work())
  } catch (error) {
    reject(error)
  }
}
