// Loaded before the program: kills it with -9 when the step named in KILL_IN_STEP is about to settle, after all of its work.
import fsPromises from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'

const step = process.env.KILL_IN_STEP
const { rename } = fsPromises
fsPromises.rename = async (from, to) => {
  if (step !== undefined && new RegExp(`${step}\\.attempt-\\d+$`).test(String(from))) process.kill(process.pid, 'SIGKILL')
  return await rename(from, to)
}
syncBuiltinESMExports()
