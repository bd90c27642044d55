import { parentPort, workerData } from 'node:worker_threads'
import { GenesisError } from '../errors.ts'
import { createRowMerger } from './merge-rows.ts'
import type { RowJob } from './merge-rows.ts'
import type { ThreadReply, ThreadRequest } from './merge-pool.ts'

// The entry point of a thread that merges rows: jobs come in, bytes go out, until the main thread ends it.
const merger = createRowMerger(workerData as string)
const unreleased = new Map<number, () => void>()

parentPort?.on('message', (request: ThreadRequest) => {
  if ('job' in request) parentPort?.postMessage(answer(request.id, request.job))
  else {
    unreleased.get(request.released)?.()
    unreleased.delete(request.released)
  }
})

function answer(id: number, job: RowJob): ThreadReply {
  try {
    const { bytes, release } = merger.merge(job)
    unreleased.set(id, release)
    return { id, bytes }
  } catch (error) {
    // An error loses its class on the way between threads; anything unforeseen ends this thread and reaches the main one by itself.
    if (error instanceof GenesisError) return { id, problem: { code: error.code, why: error.why } }
    throw error
  }
}
