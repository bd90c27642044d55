import { z } from 'zod'
import { ProgramConfig } from './program.ts'
import { described } from './schema-parts.ts'

const hook = (when: string) =>
  described(ProgramConfig.optional(), `Program that is run ${when}: {"program": FILE, "args": [], "timeoutSeconds": 30}.`)

/** Programs of the user's that are told what happens, and an address that is called by each check. */
export const HooksConfig = z.strictObject({
  before_cycle: hook('before the first step of a cycle; when it fails, the cycle ends there'),
  after_step: hook('after each step'),
  on_deploy: hook('after a deployment'),
  on_refuse: hook('after a cycle that ended with REFUSE'),
  on_abstain: hook('after a cycle that ended with ABSTAIN'),
  on_failure: hook('after a cycle that failed'),
  on_rollback: hook('after a rollback'),
  ping_url: described(
    z.url({ protocol: /^https?$/ }).optional(),
    'Address as healthchecks.io gives it: each check calls it when it is done, with /start when it begins and /fail when it failed.',
  ),
})
export type HooksConfig = z.infer<typeof HooksConfig>
