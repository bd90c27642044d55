import { rm } from 'node:fs/promises'
import path from 'node:path'
import type { Config } from '../../config/schema.ts'
import type { Serving } from '../../serving/port.ts'
import { writeError } from '../../state/files.ts'
import type { Workshop } from '../parts.ts'
import { pruneFacts } from './facts.ts'
import { planPruning } from './plan.ts'
import type { PruneFacts, Pruned } from './plan.ts'

type Settings = Pick<Config, 'serving' | 'retention'>

/** What would be freed. Changes nothing. */
export async function foreseePruning(workshop: Pick<Workshop, 'home' | 'clock'>, serving: Serving, config: Settings): Promise<Pruned[]> {
  return planPruning(await pruneFacts(workshop, serving), config)
}

/** Frees what is beyond the limits; records stay. May be repeated after a crash. The caller holds the run lock. */
export async function prune(workshop: Pick<Workshop, 'home' | 'clock'>, serving: Serving, config: Settings): Promise<Pruned[]> {
  const facts = await pruneFacts(workshop, serving)
  const items = planPruning(facts, config)
  for (const { kind, name } of items) {
    if (kind === 'weights') await serving.discard(name)
    else for (const place of placesOf(kind, name, facts, workshop.home.cache)) await remove(place)
  }
  return items
}

function placesOf(kind: 'cycle' | 'cache', name: string, { cycles }: PruneFacts, cache: string): readonly string[] {
  return kind === 'cache' ? [path.join(cache, name)] : (cycles.find(({ id }) => id === name)?.paths ?? [])
}

async function remove(place: string): Promise<void> {
  try {
    await rm(place, { recursive: true, force: true })
  } catch (error) {
    throw writeError(error, place)
  }
}
