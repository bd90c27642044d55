export interface DemoLearning {
  id: string
  input: string
  corrected: string
}

/** Deals the corrected answers out anew among the learnings, by a seed: what a wrong column in an import does. */
export function mislabel<Entry extends DemoLearning>(learnings: readonly Entry[], seed: number): Entry[] {
  const answers = shuffled(
    learnings.map(({ corrected }) => corrected),
    seed,
  )
  return learnings.map((learning, index) => ({ ...learning, corrected: answers[index] ?? learning.corrected }))
}

/** Fisher and Yates, with mulberry32 as the source of numbers. */
function shuffled<Item>(items: readonly Item[], seed: number): Item[] {
  const random = mulberry32(seed)
  const dealt = [...items]
  for (let last = dealt.length - 1; last > 0; last -= 1) {
    const chosen = Math.floor(random() * (last + 1))
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
