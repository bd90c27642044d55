import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import type { Measured } from './measure.ts'

export interface Job {
  /** Place of the cell in the grid. */
  cell: number
  simulations: number
  seed: number
}

// A thread doesn't take over how its parent reads TypeScript.
const start = `import('tsx/esm/api').then(({ register }) => (register(), import(require('node:worker_threads').workerData)))`

/** What the jobs gave, in their order. Each has its own seed, so the figures are the same on any number of cores. */
export async function measureOnAllCores(jobs: readonly Job[]): Promise<Measured[]> {
  const measured: Measured[] = []
  let next = 0
  const work = async (): Promise<void> => {
    const worker = new Worker(start, { eval: true, workerData: new URL('./worker.ts', import.meta.url).href })
    for (let own = next++; own < jobs.length; own = next++) {
      if (own % 100 === 0) console.error(`${own} of ${jobs.length} settings`)
      measured[own] = await new Promise<Measured>((resolve, reject) => {
        worker.once('error', reject).once('message', resolve)
        worker.postMessage(jobs[own])
      })
      worker.removeAllListeners('error')
    }
    await worker.terminate()
  }
  await Promise.all(Array.from({ length: availableParallelism() }, work))
  return measured
}
