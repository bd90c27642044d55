/**
 * Numbers in running text: 42, -3.5, 1,234.5 or 1.234,5 (thousands), 3,14 (decimal comma), 2e10. Not part of a word ("x2", "H2O"), and a
 * minus is a sign only where nothing stands right before it ("10-20" is 10 and 20).
 */
const numberPattern = new RegExp(
  [
    String.raw`(?<![\p{L}\d_.])(?:(?<![\p{L}\d_)\]])[-+\u2212])?`,
    '(?:',
    [
      String.raw`\d{1,3}(?:,\d{3})+(?:\.\d+)?(?![\d,])`,
      String.raw`\d{1,3}(?:\.\d{3})+,\d+(?!\d)`,
      // A comma is a decimal one only when it is the only one: "1,2,3" is a list.
      String.raw`\d+(?:\.\d+|(?<!,\d+),\d+(?!\d*,\d))?`,
      String.raw`\.\d+`,
    ].join('|'),
    String.raw`)(?:[eE][-+]?\d+)?`,
  ].join(''),
  'gu',
)

/** The last number of a text, which is where answers that explain themselves say their result; null when there is none. */
export function lastNumber(text: string): number | null {
  const last = [...text.matchAll(numberPattern)].at(-1)
  return last === undefined ? null : numberFrom(last[0])
}

function numberFrom(text: string): number {
  const plain = text.replace('\u2212', '-')
  if (/^[-+]?\d{1,3}(,\d{3})+(?:\.|[eE]|$)/.test(plain)) return Number(plain.replaceAll(',', ''))
  if (/^[-+]?\d{1,3}(\.\d{3})+,/.test(plain)) return Number(plain.replaceAll('.', '').replace(',', '.'))
  return Number(plain.replace(',', '.'))
}
