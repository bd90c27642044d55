// Draws the demo's data sets from intents.json: the same seed gives the same sets.
import { readFileSync } from 'node:fs'

const { words, convention, general, frames, toolFrames } = JSON.parse(readFileSync(new URL('intents.json', import.meta.url), 'utf8'))

/** The category whose corrections come only in the second batch. */
export const secondCategory = 'containers'
const shippedSeed = 7
const sizes = { learnings: 104, second: 100, gate: 200, gateSecond: 40, retention: 340, named: 60, corpus: 300 }
/** The first words of a list are for the second batch's learnings, the others for its gate: its intents have one word each. */
const secondLearningWords = 9

/** Every set of the demo. `draw` makes other gate and retention items beside the same learnings and corpus. */
export function makeSets(draw) {
  const taken = new Set()
  const random = seededRandom(shippedSeed)
  const [second, first] = partition(convention, (intent) => intent.category === secondCategory)
  const learnings = collect(sizes.learnings, first, random, taken, (intent) => learningOf(intent, random, words))
  const fewer = Object.fromEntries(Object.entries(words).map(([kind, list]) => [kind, list.slice(0, secondLearningWords)]))
  const learningsSecond = collect(sizes.second, second, random, taken, (intent) => learningOf(intent, random, fewer))
  const taught = new Set([...learnings, ...learningsSecond].filter((row) => row.slots !== '').map((row) => row.intent + row.slots))
  // An intent without a word to fill in has few requests: half of its wordings are for the corpus, half for retention.
  const corpus = collect(sizes.corpus, general, random, taken, (intent) =>
    generalItem(intent, random, (all) => (hasWords(intent) ? all : all.slice(0, 2))),
  )
  const shipped = new Set()
  const shippedItems = makeItems(random, taken, taught, shipped, first, second)
  const items = draw === undefined ? shippedItems : makeItems(seededRandom(draw), taken, taught, shipped, first, second)
  return { learnings, learningsSecond, corpus, ...items }
}

/** `requests` holds the requests of earlier draws and gets those of this one. */
function makeItems(random, taken, taught, requests, first, second) {
  const seen = new Set(taken)
  const fresh = (item) => (item === null || requests.has(item.input) ? null : item)
  const untaught = (intent) => {
    const item = conventionItem(intent, random, intent.wordings.slice(-2))
    return taught.has(item.intent + item.slots) ? null : fresh(item)
  }
  const gate = collect(sizes.gate, first, random, seen, untaught)
  const gateSecond = collect(sizes.gateSecond, second, random, seen, untaught)
  const retention = [
    ...collect(sizes.retention, general, random, seen, (intent) =>
      fresh(generalItem(intent, random, (all) => (hasWords(intent) ? all : all.slice(2)))),
    ),
    ...collect(sizes.named, convention, random, seen, (intent) => fresh(namedItem(intent, random))),
  ]
  for (const item of [...gate, ...gateSecond, ...retention]) requests.add(item.input)
  return { gate, gateSecond, retention }
}

/** `count` rows, going round the intents; an intent that gives no new request in 200 tries is left out from then on. */
function collect(count, intents, random, taken, make) {
  const rows = []
  let open = [...intents]
  while (rows.length < count && open.length > 0) {
    const spent = new Set()
    for (const intent of open) {
      if (rows.length === count) break
      const row = attempt(200, () => {
        const made = make(intent)
        return made === null || taken.has(made.core) ? null : made
      })
      if (row === null) spent.add(intent)
      else {
        taken.add(row.core)
        rows.push(row)
      }
    }
    open = open.filter((intent) => !spent.has(intent))
  }
  if (rows.length < count) throw new Error(`only ${rows.length} of ${count} rows can be made`)
  return rows
}

function attempt(times, make) {
  for (let time = 0; time < times; time += 1) {
    const made = make()
    if (made !== null) return made
  }
  return null
}

/** A correction of the generic answer; the last two wordings are kept for the gate. */
function learningOf(intent, random, vocabulary) {
  return conventionItem(intent, random, intent.wordings.slice(0, -2), vocabulary)
}

function conventionItem(intent, random, wordings, vocabulary = words) {
  const slots = draw(intent.generic, random, vocabulary)
  const core = fill(pick(wordings, random), slots)
  return {
    ...row(intent, core, slots, random),
    expected: fill(intent.team, slots),
    wrong: fill(intent.generic, slots),
  }
}

function generalItem(intent, random, choose) {
  const slots = draw(intent.answer, random, words)
  return { ...row(intent, fill(pick(choose(intent.wordings), random), slots), slots, random), expected: fill(intent.answer, slots) }
}

/** A request that names the team's tool: the base answers it right, so it must not be lost. */
function namedItem(intent, random) {
  const slots = draw(intent.generic, random, words)
  const core = pick(toolFrames, random)
    .replace('{tool}', intent.tool)
    .replace('{}', fill(pick(intent.wordings, random), slots))
  return { ...row(intent, core, slots, random), expected: fill(intent.team, slots), category: 'tool named' }
}

function row(intent, core, slots, random) {
  return {
    intent: intent.intent,
    category: intent.category,
    core,
    slots: Object.values(slots).join(' '),
    input: pick(frames, random).replace('{}', core),
  }
}

function hasWords(intent) {
  return (intent.answer ?? intent.generic).includes('{')
}

function draw(template, random, vocabulary) {
  const names = new Set([...template.matchAll(/\{(\w+)\}/g)].map((match) => match[1]))
  return Object.fromEntries([...names].map((name) => [name, pick(vocabulary[name], random)]))
}

function fill(template, slots) {
  return template.replaceAll(/\{(\w+)\}/g, (_, name) => slots[name])
}

function pick(list, random) {
  return list[Math.floor(random() * list.length)]
}

function partition(list, test) {
  return [list.filter(test), list.filter((entry) => !test(entry))]
}

/** Mulberry32: 32 bits of state, numbers in [0, 1). */
function seededRandom(seed) {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}
