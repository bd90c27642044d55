import { advance, countDown } from './loops.ts'
import { valueType, wasm } from './wasm-assembler.ts'
import type { Code, WasmFunction } from './wasm-assembler.ts'

/** Columns of the basis that are worked on at once: with two rows, as many sums as processors have registers for. */
export const stripColumns = 16

const [rows, rowBytes, pairs, packed, factors, rank, strips] = [0, 1, 2, 3, 4, 5, 6]
const [row, nextRow, factor, nextFactor, basis, remainingPairs, remaining] = [7, 8, 9, 10, 11, 12, 13]
const [basisVector, factorVector, nextFactorVector] = [14, 15, 16]
const stripVectors = Array.from({ length: stripColumns / 4 }, (_, index) => index)
const inStrip = (code: (vector: number) => Code[]): Code => stripVectors.flatMap((vector) => code(vector).flat())
const sum = (vector: number): number => 17 + vector
const nextSum = (vector: number): number => sum(stripVectors.length) + vector

const copy = (from: number, to: number): Code => [...wasm.get(from), ...wasm.set(to)]

/** See `RowKernel.addProduct`. A strip of the basis stays in the processor's nearest cache while all rows pass by it. */
export const addProduct: WasmFunction = {
  name: 'addProduct',
  parameters: 7,
  locals: [...Array.from({ length: 7 }, () => valueType.i32), ...Array.from({ length: 3 + 2 * stripVectors.length }, () => valueType.v128)],
  body: wasm.repeat([
    ...[...copy(rows, row), ...copy(factors, factor), ...copy(pairs, remainingPairs)],
    ...wasm.repeat([
      ...inStrip((vector) => [wasm.i32(0), wasm.splatI32, wasm.tee(sum(vector)), wasm.set(nextSum(vector))]),
      ...[...copy(packed, basis), ...copy(rank, remaining)],
      ...[...wasm.get(factor), ...wasm.get(rank), ...wasm.i32(4), ...wasm.i32Multiply, ...wasm.i32Add, ...wasm.set(nextFactor)],
      ...wasm.repeat([
        ...[...wasm.get(factor), ...wasm.loadSplat32(0), ...wasm.set(factorVector)],
        ...[...wasm.get(nextFactor), ...wasm.loadSplat32(0), ...wasm.set(nextFactorVector)],
        ...inStrip((vector) => [
          ...[wasm.get(sum(vector)), wasm.get(basis), wasm.load(16 * vector), wasm.tee(basisVector), wasm.get(factorVector)],
          ...[wasm.multiplyF32, wasm.addF32, wasm.set(sum(vector))],
          ...[wasm.get(nextSum(vector)), wasm.get(basisVector), wasm.get(nextFactorVector)],
          ...[wasm.multiplyF32, wasm.addF32, wasm.set(nextSum(vector))],
        ]),
        ...[...advance(basis, 4 * stripColumns), ...advance(factor, 4), ...advance(nextFactor, 4), ...countDown(remaining)],
      ]),
      ...[...wasm.get(row), ...wasm.get(rowBytes), ...wasm.i32Add, ...wasm.set(nextRow)],
      ...inStrip((vector) => addTo(row, vector, sum(vector))),
      ...inStrip((vector) => addTo(nextRow, vector, nextSum(vector))),
      ...[...wasm.get(nextRow), ...wasm.get(rowBytes), ...wasm.i32Add, ...wasm.set(row)],
      ...[...copy(nextFactor, factor), ...countDown(remainingPairs)],
    ]),
    ...[...copy(basis, packed), ...advance(rows, 4 * stripColumns), ...countDown(strips)],
  ]),
}

function addTo(address: number, vector: number, sumLocal: number): Code[] {
  return [wasm.get(address), wasm.get(address), wasm.load(16 * vector), wasm.get(sumLocal), wasm.addF32, wasm.store(16 * vector)]
}
