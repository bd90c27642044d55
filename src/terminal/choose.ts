import { createInterface } from 'node:readline/promises'

/** Asks on the terminal for one of a few; null when none is taken. */
export async function choose(question: string, choices: readonly string[]): Promise<string | null> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  try {
    const lines = choices.map((choice, index) => `  ${index + 1}  ${choice}`)
    const answer = await terminal.question(`${question}\n${lines.join('\n')}\nNumber (empty for none): `)
    return choices[Number(answer.trim()) - 1] ?? null
  } finally {
    terminal.close()
  }
}
