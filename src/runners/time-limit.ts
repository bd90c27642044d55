import type { RunnerLimits } from './port.ts'

/** How long a program may run, and which setting says so: the time limit, or less if the money is spent before. */
export function timeLimit({
  timeLimitHours,
  runner: { costPerHour, maximumCost },
}: Pick<RunnerLimits, 'timeLimitHours'> & { runner: Pick<RunnerLimits['runner'], 'costPerHour' | 'maximumCost'> }): {
  hours: number
  because: string
} {
  const byTime = { hours: timeLimitHours, because: `trainer.timeLimitHours is ${timeLimitHours}` }
  if (costPerHour === undefined || maximumCost === undefined) return byTime
  const hours = maximumCost / costPerHour
  return hours < timeLimitHours ? { hours, because: `trainer.runner.maximumCost is ${maximumCost} at ${costPerHour} an hour` } : byTime
}
