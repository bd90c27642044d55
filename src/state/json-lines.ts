import { readFile } from 'node:fs/promises'

/** The entries of a JSON lines file that this program wrote whole; its shape is the writer's. Throws what reading and parsing throw. */
export async function readJsonLines<Row>(file: string): Promise<Row[]> {
  return jsonLinesOf<Row>(await readFile(file, 'utf8'))
}

export function jsonLinesOf<Row>(text: string): Row[] {
  return text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as Row]))
}
