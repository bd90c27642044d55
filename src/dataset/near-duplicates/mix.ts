/** Two 32-bit numbers made into one; the finish of MurmurHash3 (Appleby, public domain). */
export function mix(one: number, other: number): number {
  let hash = Math.imul(one ^ (one >>> 16), 0x85ebca6b) ^ other
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return hash ^ (hash >>> 16)
}
