import { GenesisError } from '../errors.ts'
import type { HookEvent, HookName } from '../hooks/event.ts'
import { readState } from '../state/store.ts'
import type { Workshop } from './parts.ts'
import type { Outcome, Step } from './step.ts'

const endings: Partial<Record<Outcome, HookName>> = {
  DEPLOY: 'on_deploy',
  REFUSE: 'on_refuse',
  ABSTAIN: 'on_abstain',
  FAILED: 'on_failure',
}

/** Asks the hook before_cycle whether a cycle may begin; an error says why not, and ends the cycle. */
export async function refusalToBegin(workshop: Workshop, cycle: string): Promise<GenesisError | null> {
  const failure = await announce(workshop, { hook: 'before_cycle', cycle })
  return failure === null ? null : new GenesisError('GI-HOOK-FAILED', { why: `before_cycle: ${failure}` })
}

export async function announceStep(workshop: Workshop, cycle: string, step: Step, outcome: string): Promise<void> {
  await tell(workshop, { hook: 'after_step', cycle, step, outcome })
}

export async function announceEnd(workshop: Workshop, cycle: string, outcome: Outcome, reasons: readonly string[]): Promise<void> {
  const hook = endings[outcome]
  if (hook !== undefined) await tell(workshop, { hook, cycle, outcome, reasons })
}

export async function announceRollback(workshop: Workshop, from: string, to: string): Promise<void> {
  await tell(workshop, { hook: 'on_rollback', outcome: 'ROLLED_BACK', reasons: [`${from} was taken back; ${to} is served again`] })
}

type Told = Pick<HookEvent, 'hook'> & Partial<HookEvent>

/** What has happened stays so, whatever a hook makes of it. */
async function tell(workshop: Workshop, told: Told): Promise<void> {
  const failure = await announce(workshop, told)
  const { hook, cycle = null, step = null } = told
  if (failure !== null) workshop.notice(`The hook ${hook} failed: ${failure}`, { cycle, step })
}

async function announce({ home, clock, hook, conceal }: Workshop, told: Told): Promise<string | null> {
  if (!hook.wants(told.hook)) return null
  const { state } = await readState(home)
  const nothing = { cycle: null, step: null, outcome: null, reasons: [] }
  try {
    const failure = await hook.run({ ...nothing, at: clock.now().toISOString(), home: home.root, model: state.current_model, ...told })
    return failure === null ? null : conceal(failure)
  } catch (error) {
    if (error instanceof GenesisError) return error.what
    throw error
  }
}
