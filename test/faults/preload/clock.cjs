/** The wall clock runs `startMs` ahead of the machine's, and jumps when told; the monotonic clock knows nothing of it. */
function shiftClock(startMs, jumpedMs) {
  const Real = Date
  const now = () => Real.now() + startMs + Number(Atomics.load(jumpedMs, 0))
  globalThis.Date = class Date extends Real {
    constructor(...given) {
      super(...(given.length === 0 ? [now()] : given))
    }
    static now() {
      return now()
    }
  }
  return { jump: (byMs) => void Atomics.add(jumpedMs, 0, BigInt(byMs)) }
}

module.exports = { shiftClock }
