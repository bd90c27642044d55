import type { ChalkInstance } from 'chalk'
import type { AddedItems } from '../cycle/add-gate-items.ts'
import type { GateItems } from '../cycle/gate-items.ts'
import type { Retirement } from '../cycle/retire-item.ts'
import { plural, shorten, wrap } from './format.ts'

const widestText = 66

/** Every item with what it asks, by kind. */
export function describeGateItems({ items, retired, version, digest }: GateItems, paint: ChalkInstance): string {
  const lines: string[] = []
  for (const stratum of ['gate', 'regression', 'retention'] as const) {
    const own = items.filter((item) => item.stratum === stratum)
    if (own.length === 0) continue
    lines.push(paint.bold(`${stratum}: ${plural(own.length, 'item')}`))
    for (const { id, category, origin, release, cycle, input, expected } of own)
      lines.push(
        `  ${id}`,
        `    ${shorten(`${category}; ${origin}, since ${release}${cycle === null ? '; the next cycle pins it' : ''}`, widestText)}`,
        `    asked     ${shorten(input, widestText)}`,
        `    expected  ${shorten(expected, widestText)}`,
      )
  }
  if (items.length === 0) lines.push('No items yet: the first cycle pins them, and "genesis-improve gate add FILE" adds your own.')
  for (const { id, reason } of retired) lines.push(wrap(`Retired: ${id} (${reason})`, 80, 2))
  if (version > 0) lines.push(`Pinned set ${version}, ${digest.slice(0, 12)}`)
  return lines.join('\n')
}

export function describeRetirement({ item, retired }: Retirement): string {
  const text = retired
    ? `${item.id} is retired: its question is neither judged nor trained on again.`
    : `${item.id} was retired before: ${item.reason}`
  return wrap(text, 80, 2)
}

export function describeAdded({ added, refused }: AddedItems): string {
  return [
    `${plural(added.length, 'item')} added; the next cycle pins ${added.length === 1 ? 'it' : 'them'}.`,
    ...refused.map(({ id, reason }) => wrap(`  left out: ${id} ${reason}`, 80, 4)),
  ].join('\n')
}
