export interface DemoLearning {
  id: string
  input: string
  /** What the model answered. */
  wrong: string
  corrected: string
}

/**
 * What an import does that takes the wrong column of a table sorted otherwise: where the correction belongs stands what the model had
 * answered wrongly, and to another request. The same seed gives the same.
 */
export function mislabel<Entry extends DemoLearning>(learnings: readonly Entry[], seed: number): Entry[] {
  const answers = cycled(
    learnings.map(({ wrong }) => wrong),
    seed,
  )
  return learnings.map((learning, index) => ({ ...learning, corrected: answers[index] ?? learning.corrected }))
}

/** Sattolo's shuffle: every item moves. Numbers come from mulberry32. */
function cycled<Item>(items: readonly Item[], seed: number): Item[] {
  const random = mulberry32(seed)
  const dealt = [...items]
  for (let last = dealt.length - 1; last > 0; last -= 1) {
    const chosen = Math.floor(random() * last)
    const held = dealt[last] as Item
    dealt[last] = dealt[chosen] as Item
    dealt[chosen] = held
  }
  return dealt
}

function mulberry32(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}
