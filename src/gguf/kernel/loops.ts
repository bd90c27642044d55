import { wasm } from './wasm-assembler.ts'
import type { Code } from './wasm-assembler.ts'

export const advance = (local: number, bytes: number): Code => [...wasm.get(local), ...wasm.i32(bytes), ...wasm.i32Add, ...wasm.set(local)]

/** Counts a local down by one and leaves it, so that `repeat` ends at 0. */
export const countDown = (local: number): Code => [...wasm.get(local), ...wasm.i32(1), ...wasm.i32Sub, ...wasm.tee(local)]
