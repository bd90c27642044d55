import type { Pruned } from '../cycle/pruning/plan.ts'
import { byteSize, plural, table } from './format.ts'

const words = { weights: 'weights of', cycle: 'files of', cache: 'cache' }

/** What was or would be freed, each with its size and the setting by which it goes. */
export function describePruning(items: readonly Pruned[], dryRun: boolean): string {
  if (items.length === 0) return 'Nothing is beyond what "serving.keep" and "retention" leave.'
  const bytes = items.reduce((sum, item) => sum + item.bytes, 0)
  const rows = items.map(({ kind, name, bytes: size, setting }) => [`  ${words[kind]} ${name}`, byteSize(size), setting])
  return `${dryRun ? 'Would free' : 'Freed'} ${byteSize(bytes)} in ${plural(items.length, 'piece')}:\n${table(rows, [1])}`
}
