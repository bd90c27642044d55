import type { Cell } from './grid.ts'
import type { Measured } from './measure.ts'

/** docs/assets/gate-simulation.json: what docs/gate.md shows in tables and pictures. Rates are shares of the simulations of a setting. */
export interface GateSimulation {
  /** Of each setting at first; those that look worst ten times as many. */
  simulations: number
  /** Of each row the highest rate over its settings. */
  sizes: FalseDeploys[]
  worlds: FalseDeploys[]
  /** Of corrections that a candidate fixes, and how often it is deployed then. */
  power: { gate: number; retention: number; fixedFor80: number | null; curve: { fixed: number; deployed: number }[] }[]
  selection: { gate: number; byCorrections: number; byGate: number }[]
}

export interface FalseDeploys {
  row: string
  settings: number
  noBetter: number
  worse: number
}

type MeasuredCell = Cell & Measured & { place: number }

const mostLikelyWorst = 3

/** Of each row and kind of unfit candidate the settings that were deployed most often. */
export function worstOf(measured: readonly MeasuredCell[]): MeasuredCell[] {
  const unfit = measured.filter(({ candidate }) => candidate !== 'better').filter(({ table }) => table !== 'selection')
  return grouped(unfit, ({ table, row, candidate }) => `${table} ${row} ${candidate}`).flatMap((cells) =>
    [...cells].sort((a, b) => b.deployed - a.deployed).slice(0, mostLikelyWorst),
  )
}

/** `confirmed`: the cells of `worstOf`, measured anew. */
export function resultsOf(measured: readonly MeasuredCell[], confirmed: readonly MeasuredCell[], simulations: number): GateSimulation {
  const of = (table: Cell['table']) => measured.filter((cell) => cell.table === table)
  return {
    simulations,
    sizes: falseDeploys(of('sizes'), confirmed),
    worlds: falseDeploys(of('worlds'), confirmed),
    power: grouped(of('power'), ({ row }) => row).map((cells) => {
      const { gate = 0, retention = 0 } = cells[0]?.setting.sizes ?? {}
      const curve = cells.map(({ fixed, deployed }) => ({ fixed, deployed }))
      return { gate, retention, fixedFor80: curve.find(({ deployed }) => deployed >= 0.8)?.fixed ?? null, curve }
    }),
    selection: of('selection').map(({ setting, deployed, deployedByCorrections = 0 }) => {
      return { gate: setting.sizes.gate, byCorrections: deployedByCorrections, byGate: deployed }
    }),
  }
}

function falseDeploys(tried: readonly MeasuredCell[], confirmed: readonly MeasuredCell[]): FalseDeploys[] {
  return grouped(tried, ({ row }) => row).map((cells) => {
    const row = cells[0]?.row ?? ''
    const highest = (candidate: Cell['candidate']): number =>
      Math.max(...confirmed.filter((cell) => cell.row === row && cell.candidate === candidate).map(({ deployed }) => deployed))
    return { row, settings: cells.length, noBetter: highest('no better'), worse: highest('2 points worse') }
  })
}

function grouped<Item>(items: readonly Item[], keyOf: (item: Item) => string): Item[][] {
  const groups = new Map<string, Item[]>()
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item])
  return [...groups.values()]
}
