import type { GateSimulation } from '../../bench/gate/results.ts'
import { falseDeployTable, powerTable, selectionTable } from '../../bench/gate/tables.ts'
import { referenceTable } from './reference-cases.ts'

/** The page with its tables made anew; the rest of it is written by hand. */
export function withTables(page: string, simulation: GateSimulation): string {
  const tables = {
    selection: selectionTable(simulation.selection),
    sizes: falseDeployTable(simulation.sizes),
    worlds: falseDeployTable(simulation.worlds),
    power: powerTable(simulation.power),
    reference: referenceTable(),
  }
  return Object.entries(tables).reduce((text, [name, table]) => {
    const place = new RegExp(`(<!-- table ${name}, made by npm run generate -->\n)[^]*?(<!-- end of table -->)`)
    if (!place.test(text)) throw new Error(`docs/gate.md has no place for the table ${name}`)
    return text.replace(place, (_whole, before: string, after: string) => `${before}\n${table}\n\n${after}`)
  }, page)
}
