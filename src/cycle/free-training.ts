import { rename, rm } from 'node:fs/promises'
import path from 'node:path'
import { systemErrorCode } from '../errors.ts'
import { trainingDirectory } from './cycle-directory.ts'

/** Where what the trainer printed may lie: in its own directory as long as that is needed, then beside it. */
export const trainingLogs = (cycle: string): string[] => [path.join(trainingDirectory(cycle), logName), keptLog(cycle)]

const logName = 'training.log'
const keptLog = (cycle: string): string => path.join(cycle, logName)

/** Removes the trainer's directory with its checkpoints; what it printed is kept, since that tells why a training failed. May be repeated. */
export async function freeTraining(cycle: string): Promise<void> {
  const training = trainingDirectory(cycle)
  try {
    await rename(path.join(training, logName), keptLog(cycle))
  } catch (error) {
    if (systemErrorCode(error) !== 'ENOENT') throw error
  }
  await rm(training, { recursive: true, force: true })
}
