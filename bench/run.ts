// npm run bench [-- NAME ...]: measures what docs/design.md, section 9, promises and prints each figure beside its goal. Ends with 1 when a goal is missed.
import { benchApi } from './api.ts'
import { benchEngine } from './engine.ts'
import { benchCounting } from './counting.ts'
import { benchMerge } from './merge.ts'
import { benchNearDuplicates } from './near-duplicates.ts'
import { benchPreparing } from './preparing.ts'
import type { BenchRow } from './row.ts'
import { benchStartup } from './startup.ts'

const benches: Record<string, () => Promise<BenchRow[]>> = {
  startup: benchStartup,
  counting: benchCounting,
  preparing: benchPreparing,
  'near-duplicates': benchNearDuplicates,
  merge: benchMerge,
  api: benchApi,
  engine: benchEngine,
}

const chosen = process.argv.slice(2)
const unknown = chosen.filter((name) => !Object.hasOwn(benches, name))
if (unknown.length > 0) {
  console.error(`There is no benchmark ${unknown.join(', ')}; there are: ${Object.keys(benches).join(', ')}.`)
  process.exit(2)
}

const rows: BenchRow[] = []
for (const [name, bench] of Object.entries(benches)) {
  if (chosen.length > 0 && !chosen.includes(name)) continue
  console.error(`measuring ${name} ...`)
  rows.push(...(await bench()))
}
console.log('| what | goal | measured | met |\n|---|---|---|---|')
for (const { what, goal, measured, met } of rows) console.log(`| ${what} | ${goal} | ${measured} | ${met ? 'yes' : 'NO'} |`)
if (rows.some(({ met }) => !met)) process.exitCode = 1
