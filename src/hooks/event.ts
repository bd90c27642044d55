import type { HooksConfig } from '../config/hooks.ts'

export type HookName = Exclude<keyof HooksConfig, 'ping_url'>

/** What a hook is told, as one line of JSON on its standard input. */
export interface HookEvent {
  hook: HookName
  /** ISO 8601 UTC. */
  at: string
  home: string
  cycle: string | null
  step: string | null
  /** How the step or the cycle ended. */
  outcome: string | null
  reasons: readonly string[]
  /** The model in production. */
  model: string
}
