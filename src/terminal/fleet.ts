import type { ChalkInstance } from 'chalk'
import type { FleetEntry } from '../fleet/fleet-entry.ts'
import { count, plural, shorten, table, wrap } from './format.ts'

const widestName = 18

/** A line for each home, and below what some of them have to say. */
export function describeFleet(directory: string, entries: readonly FleetEntry[], paint: ChalkInstance): string {
  if (entries.length === 0) return `There is no home in ${directory}.`
  const rows = entries.map(({ name, model, state, waiting_learnings: waiting, last_outcome: last }) => [
    shorten(name, widestName),
    model ?? '-',
    state,
    waiting === null ? '-' : count(waiting),
    last ?? '-',
  ])
  const [head = '', ...lines] = table([['home', 'model', 'state', 'waiting', 'last cycle'], ...rows], [3]).split('\n')
  const damaged = entries.filter(({ state }) => state === 'damaged').length
  const notes = entries.flatMap(({ name, note, state }) =>
    note === null ? [] : [`${(state === 'damaged' ? paint.red : paint.yellow)(name)}: ${wrap(note, 78 - name.length, 2)}`],
  )
  return [
    paint.bold(head),
    ...lines.map((line, index) => (entries[index]?.state === 'damaged' ? paint.red(line) : line)),
    ...(notes.length === 0 ? [] : ['', ...notes]),
    '',
    `${plural(entries.length, 'home')}${damaged === 0 ? '' : `, ${damaged} damaged`}`,
  ].join('\n')
}
