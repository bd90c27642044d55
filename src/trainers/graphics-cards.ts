import { runProcess } from '../system/process.ts'

export interface GraphicsCard {
  name: string
  freeBytes: number
  totalBytes: number
}

/** What prints lines for `readCards`. */
export const cardsQuery = ['nvidia-smi', '--query-gpu=name,memory.free,memory.total', '--format=csv,noheader,nounits'] as const

/** NVIDIA's cards of this machine; empty where there are none, or no driver. */
export async function graphicsCards(): Promise<GraphicsCard[]> {
  const lines: string[] = []
  const [program, ...query] = cardsQuery
  const { exitCode } = await runProcess(program, query, { onLine: (line) => void lines.push(line) })
  return exitCode === 0 ? readCards(lines) : []
}

/** Lines like "NVIDIA A10, 22502, 23028", in MiB. */
export function readCards(lines: readonly string[]): GraphicsCard[] {
  return lines.flatMap((line) => {
    const [, name, free, total] = /^(.+), (\d+), (\d+)$/.exec(line.trim()) ?? []
    return name === undefined ? [] : [{ name, freeBytes: Number(free) * 2 ** 20, totalBytes: Number(total) * 2 ** 20 }]
  })
}
