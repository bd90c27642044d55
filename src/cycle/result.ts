import { GenesisError } from '../errors.ts'

/** Figures that a step put on record, read back from its journal. */
export function asNumber(value: unknown): number {
  if (typeof value !== 'number')
    throw new GenesisError('GI-JOURNAL-UNREADABLE', { why: `it holds ${JSON.stringify(value)} where a number belongs` })
  return value
}

export const asNumberOrNull = (value: unknown): number | null => (typeof value === 'number' ? value : null)

export const asTexts = (value: unknown): string[] => (Array.isArray(value) ? value.filter((text) => typeof text === 'string') : [])
