// Measures the cells whose jobs come in, one by one.
import { parentPort } from 'node:worker_threads'
import { cells } from './grid.ts'
import { measure } from './measure.ts'
import type { Job } from './on-all-cores.ts'

parentPort?.on('message', ({ cell, simulations, seed }: Job) => {
  const about = cells[cell]
  if (about !== undefined) parentPort?.postMessage(measure(about, simulations, seed))
})
