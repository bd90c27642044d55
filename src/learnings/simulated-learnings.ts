import { hash64 } from './hash64.ts'
import { simulationSource } from './learning.ts'

/** One made-up entry, in the field names of the earlier system's file. */
export interface SimulatedEntry {
  id: string
  type: 'correction' | 'pattern' | 'error'
  timestamp: string
  input: string
  wrong?: string
  correction: string
  error?: string
  category: string
  source: typeof simulationSource
}

type Texts = Pick<SimulatedEntry, 'input' | 'correction'> & { wrong: string; error?: string }
type PickOne = <Value>(name: string, values: readonly Value[]) => Value

const resources = ['orders', 'invoices', 'customers', 'tickets', 'shipments', 'projects']
const tables = ['users', 'payments', 'sessions', 'events', 'products']
const settings = ['TIMEOUT', 'RETRIES', 'PAGE_SIZE', 'CACHE_HOURS', 'BATCH_SIZE']

/** The kinds of work of a coding assistant; `number` differs from learning to learning, so that no two ask the same. */
const categories: Record<string, (pick: PickOne, number: number) => Texts> = {
  'api-wrapper': (pick, number) => {
    const resource = pick('resource', resources)
    const client = pick('client', ['client', 'api', 'http'])
    return {
      input: `Write the call that gets number ${number} of the ${resource} with our ${client} object.`,
      wrong: `fetch("/${resource}/${number}").then((response) => response.json())`,
      correction: `await ${client}.get("/v2/${resource}/${number}")`,
    }
  },
  'sql-query': (pick, number) => {
    const table = pick('table', tables)
    const column = pick('column', ['status', 'country', 'plan', 'owner_id'])
    return {
      input: `Write SQL for the newest ${number} rows of ${table} by ${column}.`,
      wrong: `SELECT * FROM ${table} LIMIT ${number};`,
      correction: `SELECT * FROM ${table} ORDER BY ${column}, created_at DESC LIMIT ${number};`,
    }
  },
  'self-edit': (pick, number) => {
    const setting = pick('setting', settings)
    const prefix = pick('prefix', ['APP', 'FORGE', 'GENESIS'])
    return {
      input: `Set ${setting} to ${number} in settings.py; our names begin with ${prefix}.`,
      wrong: `${setting} = ${number}`,
      correction: `${prefix}_${setting} = ${number}`,
    }
  },
  'execution-feedback': (pick, number) => {
    const name = pick('name', ['items', 'rows', 'answer', 'payload'])
    const error = pick('error', ["TypeError: 'NoneType' object is not subscriptable", 'KeyError', 'IndexError: list index out of range'])
    return {
      input: `Line ${number}, "${name}[${number}]", failed with ${error}. Mend the line.`,
      wrong: `${name}[${number}]`,
      correction: `get_or_none(${name}, ${number})`,
      error,
    }
  },
}

/** Of ten learnings seven are corrections, two errors with their fix and one a pattern. */
const types: readonly SimulatedEntry['type'][] = [...Array<'correction'>(7).fill('correction'), 'error', 'error', 'pattern']
const firstTimeMs = Date.UTC(2025, 0, 1)

/** `count` varied, usable, marked entries; the same for the same count and seed everywhere. */
export function* simulateLearnings(count: number, seed: number): Generator<SimulatedEntry> {
  const names = Object.keys(categories)
  for (let index = 0; index < count; index += 1) {
    const pick: PickOne = (name, values) => values[draw(`${seed} ${index} ${name}`) % values.length] as (typeof values)[number]
    const category = pick('category', names)
    const type = pick('type', types)
    const { wrong, error, ...texts } = categories[category]?.(pick, 100 + index) as Texts
    yield {
      id: `simulated-${seed}-${index + 1}`,
      type,
      timestamp: new Date(firstTimeMs + index * 60_000).toISOString(),
      ...texts,
      ...(type !== 'pattern' && { wrong }),
      ...(type === 'error' && { error: error ?? 'The answer did not pass the tests.' }),
      category,
      source: simulationSource,
    }
  }
}

function draw(text: string): number {
  const halves = { high: 0, low: 0 }
  hash64(text, halves)
  return halves.low >>> 0
}
