import type { RunStep } from '../run-step.ts'
import type { Step } from '../step.ts'
import { collect } from './collect.ts'
import { conclude } from './conclude.ts'
import { decide } from './decide.ts'
import { deploy } from './deploy.ts'
import { evaluate } from './evaluate.ts'
import { packageRelease } from './package.ts'
import { prepare } from './prepare.ts'
import { train } from './train.ts'

export const stepRunners = {
  collect,
  prepare,
  train,
  package: packageRelease,
  evaluate,
  decide,
  deploy,
  conclude,
} satisfies Record<Step, RunStep>
