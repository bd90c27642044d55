import type { ShownTuning } from '../cycle/show.ts'
import { percent, table, wrap } from './format.ts'

/** What was tried on the questions set aside, and what was taken. */
export function describeTuning({ scale, checkpoint, corrections, retention, trials, problem }: ShownTuning): string {
  if (problem !== undefined) return `  ${wrap(`LoRA scale ${scale}, untried: ${problem}`, 78, 4)}`
  const rows = trials.map((trial) => [
    `  ${trial.step}`,
    String(trial.scale),
    percent(trial.correction),
    percent(trial.retention),
    trial.scale === scale && trial.step === checkpoint ? 'taken' : '',
  ])
  const asked = `${corrections} corrections and ${retention} questions that it must keep, none of them pinned or trained on:`
  return [`  ${wrap(`Tried on ${asked}`, 78, 4)}`, table([['  step', 'scale', 'corrected', 'kept', ''], ...rows], [1, 2, 3])].join('\n')
}
