/** What a model is given before it answers: messages in the surroundings that a chat template puts around them. */
export interface PromptLayout {
  /** Null where it can't be seen. */
  text: string | null
  /** Tokens; null where they can't be counted exactly. */
  tokens: number | null
}

export interface TrainingLayout extends PromptLayout {
  /** The text of the start-of-text token, with which `text` may begin; some runtimes put the token there without showing it. */
  startOfText: string
}

/** Where the layouts of the same messages part, in words; null when nothing that can be seen differs. */
export function layoutDifference(training: TrainingLayout, asking: PromptLayout): string | null {
  if (training.text !== null && asking.text !== null) {
    const trained = withoutStart(training.text, training.startOfText)
    const asked = withoutStart(asking.text, training.startOfText)
    if (trained !== asked) {
      const at = firstDifference(trained, asked)
      return `training has ${excerpt(trained, at)} where the model is asked with ${excerpt(asked, at)}`
    }
  }
  if (training.tokens === null || asking.tokens === null) return null
  // Fewer may be a server that doesn't count what it still knew.
  if (asking.tokens <= training.tokens) return null
  return `the model is asked with ${asking.tokens} tokens where training has ${training.tokens}: a start-of-text token may be doubled`
}

const withoutStart = (text: string, start: string): string => (start !== '' && text.startsWith(start) ? text.slice(start.length) : text)

/** Where two texts part; the length of the shorter when it begins the other. */
export function firstDifference(left: string, right: string): number {
  let at = 0
  while (at < left.length && left[at] === right[at]) at += 1
  return at
}

/** The place and a little before it, on one line. */
function excerpt(text: string, at: number): string {
  const shown = JSON.stringify(text.slice(Math.max(0, at - 12), at + 28))
  return at + 28 < text.length ? `${shown.slice(0, -1)}..."` : shown
}
