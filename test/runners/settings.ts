import path from 'node:path'
import { Config } from '../../src/config/schema.ts'
import { runnerOf } from '../../src/runners/index.ts'
import type { RunnerUnderTest } from '../contract/runner-contract.ts'

/** A runner as the configuration makes it. */
export const underTest = (runner: { directory: string } & Record<string, unknown>): RunnerUnderTest => ({
  runner: (more) => runnerOf(Config.parse({ trainer: { kind: 'command', command: { program: '/bin/sh' }, runner, ...more } }).trainer),
  jobs: path.join(runner.directory, 'jobs'),
})
