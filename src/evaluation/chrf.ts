const longestGram = 6
/** Recall counts this many times as much as precision. */
const beta = 2

/**
 * How alike two texts are, 0 to 1: chrF, the F-score of shared character n-grams, n from 1 to 6, white space left out (Popović 2015; for one
 * sentence, as sacreBLEU computes it with `word_order=0`: precision and recall are means over the n for which both texts have n-grams).
 */
export function chrf(answer: string, expected: string): number {
  const [left, right] = [charactersOf(answer), charactersOf(expected)]
  const orders = Math.min(longestGram, left.length, right.length)
  if (orders === 0) return 0
  let [precision, recall] = [0, 0]
  for (let length = 1; length <= orders; length += 1) {
    const [given, wanted] = [left.length - length + 1, right.length - length + 1]
    const shared = sharedGrams(left, right, length)
    precision += shared / given / orders
    recall += shared / wanted / orders
  }
  const weighted = beta * beta * precision + recall
  return weighted === 0 ? 0 : ((1 + beta * beta) * precision * recall) / weighted
}

const charactersOf = (text: string): string[] => Array.from(text.replace(/\s+/gu, ''))

/** How many n-grams of one are in the other, each as often as in the one that has it less. */
function sharedGrams(left: readonly string[], right: readonly string[], length: number): number {
  const counts = new Map<string, number>()
  for (const gram of grams(right, length)) counts.set(gram, (counts.get(gram) ?? 0) + 1)
  let shared = 0
  for (const gram of grams(left, length)) {
    const count = counts.get(gram) ?? 0
    if (count === 0) continue
    counts.set(gram, count - 1)
    shared += 1
  }
  return shared
}

function* grams(characters: readonly string[], length: number): Generator<string> {
  for (let at = 0; at + length <= characters.length; at += 1) yield characters.slice(at, at + length).join('')
}
