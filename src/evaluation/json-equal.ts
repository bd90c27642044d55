/** The value of a JSON text, or undefined (which JSON can't express) when it is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

/** An answer's JSON; models like to put it into a fenced block, which is taken off when it is all there is. */
export function parseJsonAnswer(answer: string): unknown {
  const text = answer.trim()
  const fenced = /^```[a-zA-Z]*\r?\n/.exec(text)
  return parseJson(fenced !== null && text.endsWith('```') ? text.slice(fenced[0].length, -3) : text)
}

/** Whether two JSON values are the same; the order of keys does not count, that of elements does. */
export function jsonEqual(left: unknown, right: unknown): boolean {
  if (left === right) return true
  if (Array.isArray(left) && Array.isArray(right)) {
    return left.length === right.length && left.every((element, index) => jsonEqual(element, right[index]))
  }
  if (!isObject(left) || !isObject(right)) return false
  const keys = Object.keys(left)
  return keys.length === Object.keys(right).length && keys.every((key) => Object.hasOwn(right, key) && jsonEqual(left[key], right[key]))
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)
