/** Gives the pieces in order, with up to `depth` of them begun: reading, computing and writing go on at the same time. */
export async function* ahead<Piece>(steps: Iterable<() => Promise<Piece>>, depth: number): AsyncGenerator<Piece> {
  // Settled results: a piece that fails before its turn must not count as an unhandled failure.
  const begun: Promise<PromiseSettledResult<Piece>[]>[] = []
  const next = async (): Promise<Piece> => {
    const [result] = (await begun.shift()) ?? []
    if (result?.status !== 'fulfilled') throw result?.reason
    return result.value
  }
  for (const step of steps) {
    begun.push(Promise.allSettled([step()]))
    if (begun.length >= depth) yield await next()
  }
  while (begun.length > 0) yield await next()
}
