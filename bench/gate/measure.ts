import { countStrata } from '../../src/gate/counting.ts'
import { drawChanges } from '../../src/gate/simulation/draw.ts'
import { randomFrom } from '../../src/gate/simulation/random.ts'
import { rowsOf } from '../../src/gate/simulation/rows.ts'
import type { Setting } from '../../src/gate/simulation/setting.ts'
import { simulate, simulateAttempts } from '../../src/gate/simulation/simulate.ts'
import type { Cell } from './grid.ts'

export interface Measured {
  /** Share of the simulations that deployed it. */
  deployed: number
  /** The same for the rule that looks natural: more than one point better on the corrections. */
  deployedByCorrections?: number
}

export function measure({ table, setting, attempts }: Cell, simulations: number, seed: number): Measured {
  if (attempts !== undefined) return { deployed: simulateAttempts(setting, attempts.number, attempts.freshShare, simulations, seed) }
  const deployed = simulate(setting, simulations, seed).DEPLOY
  return table === 'selection' ? { deployed, deployedByCorrections: byCorrections(setting, simulations, seed) } : { deployed }
}

function byCorrections(setting: Setting, simulations: number, seed: number): number {
  const random = randomFrom(seed)
  let deployed = 0
  for (let simulation = 0; simulation < simulations; simulation += 1) {
    const { n, gains, losses } = countStrata(rowsOf(drawChanges(setting, random), setting)).gate
    if ((gains - losses) / n > setting.limits.minimumGain) deployed += 1
  }
  return deployed / simulations
}
