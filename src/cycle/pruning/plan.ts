import type { Config } from '../../config/schema.ts'
import { releasesToPrune } from '../../serving/prune.ts'
import type { ReleaseRecord } from '../../serving/release.ts'
import { releaseNameOf } from '../cycle-directory.ts'
import { beyondLimits } from './limits.ts'

/** What lies in a home that could be freed. */
export interface PruneFacts {
  nowMs: number
  openCycle: string | null
  /** The release that answers now; null while it is the base. */
  served: string | null
  /** All records; the weights of `present` are there. */
  releases: readonly (Pick<ReleaseRecord, 'name' | 'cycle' | 'deployedAt' | 'rolledBackAt' | 'previous'> & {
    present: boolean
    bytes: number
  })[]
  /** Closed cycles, and in each the files that no record needs. */
  cycles: readonly { id: string; closedAtMs: number; bytes: number; paths: readonly string[] }[]
  /** Files of data/cache, with their paths from there. */
  cache: readonly { name: string; modifiedMs: number; bytes: number }[]
}

/** Something to free, and the setting by which it goes. */
export interface Pruned {
  kind: 'weights' | 'cycle' | 'cache'
  name: string
  bytes: number
  setting: string
}

/**
 * What is to be freed. Never the weights that are served, those a rollback would go back to, and those of the open cycle; of cycles neither the
 * open one nor one whose release could still be served, since its snapshots tell then what the release has seen.
 */
export function planPruning(facts: PruneFacts, { serving, retention }: Pick<Config, 'serving' | 'retention'>): Pruned[] {
  const { nowMs, openCycle, served, releases } = facts
  const previous = releases.find(({ name }) => name === served)?.previous
  const staged = openCycle === null ? null : releaseNameOf(openCycle)
  const untouchable = new Set([served, previous, staged])
  const present = releases.filter((release) => release.present)
  const tooMany = new Set(releasesToPrune(releases, served, serving.keep).filter((name) => !untouchable.has(name)))
  const left = present
    .filter(({ name }) => !tooMany.has(name))
    .map(({ name, bytes, deployedAt }) => ({
      ...{ name, bytes, isProtected: untouchable.has(name) },
      atMs: deployedAt === null ? nowMs : Date.parse(deployedAt),
    }))
  const weights: Pruned[] = [
    ...present
      .filter(({ name }) => tooMany.has(name))
      .map(({ name, bytes }) => ({ kind: 'weights' as const, name, bytes, setting: 'serving.keep' })),
    ...beyondLimits(left, retention.models, nowMs).map(({ one: { name, bytes }, limit }) => ({
      ...{ kind: 'weights' as const, name, bytes, setting: `retention.models.${limit}` },
    })),
  ]
  const freed = new Set(weights.map(({ name }) => name))
  const servable = present.map(({ name }) => name).filter((name) => !freed.has(name))
  return [...weights, ...cyclesToFree(facts, retention, new Set([...untouchable, ...servable])), ...cacheToFree(facts, retention)]
}

function cyclesToFree({ nowMs, openCycle, cycles }: PruneFacts, retention: Config['retention'], servable: ReadonlySet<unknown>): Pruned[] {
  const kept = cycles
    .filter(({ id }) => id !== openCycle)
    .map(({ id, closedAtMs, bytes }) => ({ name: id, atMs: closedAtMs, bytes, isProtected: servable.has(releaseNameOf(id)) }))
  return beyondLimits(kept, retention.cycles, nowMs)
    .filter(({ one }) => one.bytes > 0)
    .map(({ one: { name, bytes }, limit }) => ({ kind: 'cycle', name, bytes, setting: `retention.cycles.${limit}` }))
}

function cacheToFree({ nowMs, cache }: PruneFacts, retention: Config['retention']): Pruned[] {
  const kept = cache.map(({ name, modifiedMs, bytes }) => ({ name, atMs: modifiedMs, bytes, isProtected: false }))
  return beyondLimits(kept, retention.cache, nowMs).map(({ one: { name, bytes }, limit }) => ({
    ...{ kind: 'cache', name, bytes, setting: `retention.cache.${limit}` },
  }))
}
