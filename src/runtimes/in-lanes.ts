/** Does `work` for every item, so many at a time, and gives the results as they come. After a failure nothing new is begun. */
export async function* inLanes<T, R>(items: readonly T[], width: number, work: (item: T) => Promise<R>): AsyncGenerator<R> {
  const running = new Map<number, Promise<{ key: number; result: R }>>()
  const waiting = [...items.entries()]
  for (;;) {
    while (running.size < width) {
      const next = waiting.shift()
      if (next === undefined) break
      const [key, item] = next
      running.set(
        key,
        work(item).then((result) => ({ key, result })),
      )
    }
    if (running.size === 0) return
    const { key, result } = await Promise.race(running.values())
    running.delete(key)
    yield result
  }
}
