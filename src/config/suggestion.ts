/** Edits (insert, delete, replace, swap of neighbours) that turn one word into the other: optimal string alignment distance. */
export function editDistance(from: string, to: string): number {
  let beforeLast: number[] = []
  let last = Array.from({ length: to.length + 1 }, (_, column) => column)
  for (let row = 1; row <= from.length; row += 1) {
    const current = [row]
    for (let column = 1; column <= to.length; column += 1) {
      const replaced = at(last, column - 1) + (from[row - 1] === to[column - 1] ? 0 : 1)
      let cost = Math.min(at(last, column) + 1, at(current, column - 1) + 1, replaced)
      const swapped = row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1]
      if (swapped) cost = Math.min(cost, at(beforeLast, column - 2) + 1)
      current.push(cost)
    }
    beforeLast = last
    last = current
  }
  return at(last, to.length)
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Number.POSITIVE_INFINITY
}

/** The known word that was probably meant, or undefined when none is near: at most a third of the letters may differ. */
export function closest(word: string, known: readonly string[]): string | undefined {
  if (word.length > 60) return undefined
  const distances = known.map((candidate) => ({ candidate, distance: editDistance(word.toLowerCase(), candidate.toLowerCase()) }))
  const nearest = distances.sort((left, right) => left.distance - right.distance)[0]
  const allowed = Math.max(1, Math.floor(word.length / 3))
  return nearest !== undefined && nearest.distance <= allowed ? nearest.candidate : undefined
}
