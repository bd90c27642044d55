import type { Config } from '../config/schema.ts'
import { baseOrProblem } from '../cycle/blockers.ts'
import type { Workshop } from '../cycle/parts.ts'
import { exitCodes } from '../errors.ts'
import { examineData } from './data.ts'
import type { Finding } from './finding.ts'
import { examineMachine } from './machine.ts'
import { examineParts } from './parts.ts'

/** Looks at everything that a cycle needs. Takes no lock and changes nothing but caches. */
export async function examine(workshop: Workshop, config: Config): Promise<Finding[]> {
  const base = await baseOrProblem(workshop, config)
  return [
    ...(await examineParts(workshop, config, base)),
    ...(await examineData(workshop, config)),
    ...(await examineMachine(workshop, base)),
  ]
}

/** 0 without failures, 12 when all of them may mend themselves, else 10. */
export function exitCodeOf(findings: readonly Finding[]): number {
  const failures = findings.filter(({ level }) => level === 'failure')
  if (failures.length === 0) return exitCodes.done
  return failures.every(({ temporary }) => temporary) ? exitCodes.unavailable : exitCodes.invalid
}
