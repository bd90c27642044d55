import { parentPort, workerData } from 'node:worker_threads'
import { GenesisError } from '../errors.ts'
import { createRowMerger } from './merge-rows.ts'
import type { RowJob } from './merge-rows.ts'
import type { ThreadReply } from './merge-pool.ts'

// The entry point of a thread that merges rows: jobs come in, bytes go out, until the main thread ends it.
const merger = createRowMerger(workerData as string)

parentPort?.on('message', ({ id, job }: { id: number; job: RowJob }) => {
  const reply = answer(id, job)
  parentPort?.postMessage(reply, 'bytes' in reply ? [reply.bytes.buffer] : [])
})

function answer(id: number, job: RowJob): ThreadReply {
  try {
    return { id, bytes: merger.merge(job) }
  } catch (error) {
    // An error loses its class on the way between threads; anything unforeseen ends this thread and reaches the main one by itself.
    if (error instanceof GenesisError) return { id, problem: { code: error.code, why: error.why } }
    throw error
  }
}
