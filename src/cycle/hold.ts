import { existsSync } from 'node:fs'
import path from 'node:path'
import type { Config } from '../config/schema.ts'
import type { Home } from '../state/home.ts'
import { readTextIfPresent } from '../state/files.ts'
import { cycleDirectory, elsewhereFile } from './cycle-directory.ts'
import type { Step } from './step.ts'
import { windowLeftMs } from '../triggers/window.ts'

/** Why the next step is not begun yet, though nothing is wrong. */
export interface Hold {
  waitingFor: 'approval' | 'window' | 'remote'
  explanation: string
}

/** Stands in a cycle's directory once somebody has approved its model. */
export const approvalFile = (home: Home, cycle: string): string => path.join(cycleDirectory(home, cycle), 'approval.json')

/** What holds back this step: a model that somebody wants to look at first, or a training out of its hours. The present configuration counts, not the cycle's own. */
export function holdOf(home: Home, config: Config, cycle: string, step: Step, now: Date): Hold | null {
  const { window } = config.trainer
  const isElsewhere = existsSync(elsewhereFile(cycleDirectory(home, cycle)))
  // What runs on another machine is not stopped at the end of the hours, so it is looked after as well.
  if (step === 'train' && window !== undefined && !isElsewhere && windowLeftMs(window, now) === null)
    return { waitingFor: 'window', explanation: `training runs from ${window.replace('-', ' to ')} only` }
  if (step === 'deploy' && config.gate.approval === 'manual' && !existsSync(approvalFile(home, cycle)))
    return { waitingFor: 'approval', explanation: `the gate says DEPLOY; "genesis-improve approve" or "genesis-improve reject" decides` }
  return null
}

/** How the training on another machine stood when it was last asked; null when none is at work there. */
export async function elsewhereOf(home: Home, cycle: string): Promise<Hold | null> {
  const said = await readTextIfPresent(elsewhereFile(cycleDirectory(home, cycle)))
  return said === undefined ? null : { waitingFor: 'remote', explanation: said.trim() }
}
