import { parseJson } from '../evaluation/json-equal.ts'
import { isFields } from '../learnings/text.ts'
import { readTextIfPresent } from '../state/files.ts'

/**
 * The entries of a JSON lines file in which this id stands, whatever the field; none when there is no such file. Only lines that hold it are parsed:
 * a home that has run for years has a hundred such files.
 */
export async function linesAbout(file: string, id: string): Promise<Record<string, unknown>[]> {
  const text = (await readTextIfPresent(file)) ?? ''
  const wanted = JSON.stringify(id)
  const found: Record<string, unknown>[] = []
  for (let at = text.indexOf(wanted); at >= 0;) {
    const end = text.indexOf('\n', at)
    const entry = parseJson(text.slice(text.lastIndexOf('\n', at) + 1, end < 0 ? text.length : end))
    if (isFields(entry)) found.push(entry)
    at = end < 0 ? -1 : text.indexOf(wanted, end)
  }
  return found
}
