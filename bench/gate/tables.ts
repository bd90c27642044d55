import type { FalseDeploys, GateSimulation } from './results.ts'

const percent = (rate: number): string => `${(100 * rate).toFixed(1)}%`
const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')

export function falseDeployTable(rows: readonly FalseDeploys[]): string {
  return table(
    ['setting', 'settings tried', 'no better, deployed', '2 points worse, deployed'],
    rows.map(({ row, settings, noBetter, worse }) => [named(row), String(settings), percent(noBetter), percent(worse)]),
  )
}

/** Rows of the table of sizes are named by their two numbers. */
const named = (row: string): string => row.replace(/^(\d+) (\d+)$/, '$1 gate, $2 retention items')

export function powerTable(power: GateSimulation['power']): string {
  const retention = [...new Set(power.map((row) => row.retention))]
  const gate = [...new Set(power.map((row) => row.gate))]
  return table(
    ['gate items', ...retention.map((number) => `${number} retention items`)],
    gate.map((number) => [
      String(number),
      ...retention.map((other) => {
        const fixed = power.find((row) => row.gate === number && row.retention === other)?.fixedFor80
        return fixed == null ? 'never' : `${Math.round(100 * fixed)}%`
      }),
    ]),
  )
}

export function selectionTable(selection: GateSimulation['selection']): string {
  return table(
    ['gate items', 'more than 1 point better on the corrections', 'this gate'],
    selection.map(({ gate, byCorrections, byGate }) => [String(gate), percent(byCorrections), percent(byGate)]),
  )
}
