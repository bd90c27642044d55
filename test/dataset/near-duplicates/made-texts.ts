const openings = [
  'How do I',
  'Please',
  'I need to',
  'Can you',
  'What is the best way to',
  'Tell me how to',
  'Quickest way to',
  'Our team has to',
]
const actions =
  'export archive rename compare restore encrypt forward translate summarise schedule duplicate approve cancel reconcile annotate publish migrate throttle validate compress'.split(
    ' ',
  )
const things =
  'invoice contract shipment dashboard playlist recipe certificate spreadsheet calendar backup transcript newsletter warranty questionnaire blueprint itinerary prescription subscription thermostat catalogue'.split(
    ' ',
  )
const owners =
  'accounting Marseille supplier warehouse patient tenant choir laboratory harbour library orchestra vineyard bakery surgeon landlord Budapest architect courier gardener mechanic'.split(
    ' ',
  )
const details =
  'before the audit on Monday;without losing earlier comments;so that nobody else can read it;in the format the tax office expects;using only free software;while the network is slow;and send a copy to the manager;with the headings in French;as we did last quarter;even if the original is damaged;for the meeting next week;in under two pages'.split(
    ';',
  )
const rewordings: ((text: string) => string)[] = [
  (text) => `Please, ${text.charAt(0).toLowerCase()}${text.slice(1)}`,
  (text) => text.toUpperCase(),
  (text) => `${text.replaceAll(' the ', ' our ')}!`,
  (text) => text.split(' ').reverse().join(' '),
  (text) => `${text}, thanks`,
  (text) => text.replace(/\b(\w{6,})\b/, '$1s'),
  (text) => text.replace(/ (\w{5,7})/, ' really'),
]

/**
 * `count` questions of 8 to 25 words a sentence as people at work ask them; a third are rewordings of others, a few words changed. The same
 * every time.
 */
export function madeTexts(count: number, sentencesAtMost = 2): string[] {
  const draw = seeded(7)
  const pick = <Value>(values: readonly Value[]): Value => values[draw(values.length)] as Value
  const texts: string[] = []
  for (let index = 0; index < count; index += 1) {
    const before = texts[draw(Math.max(1, texts.length))]
    texts.push(before !== undefined && draw(3) === 0 ? pick(rewordings)(before) : sentences(pick, 1 + draw(sentencesAtMost)))
  }
  return texts
}

function sentences(pick: <Value>(values: readonly Value[]) => Value, count: number): string {
  const sentence = (): string =>
    `${pick(openings)} ${pick(actions)} the ${pick(things)} of the ${pick(owners)} ${pick(details)}${pick(['', `, and ${pick(actions)} the ${pick(things)}`])}`
  return Array.from({ length: count }, sentence).join('. ')
}

/** Mulberry32 (Ettinger, public domain). */
function seeded(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}
