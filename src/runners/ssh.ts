import { startScript, stopScript } from './job-folder.ts'
import { runScript } from './machine.ts'
import type { Machine } from './machine.ts'
import type { Queue } from './queue.ts'

const never = new AbortController().signal

/** No queue at all: the wrapper is started on the machine itself, away from the connection. */
export function directStart(machine: Machine): Queue {
  return {
    problems: () => Promise.resolve([]),
    start: async ({ root, id }, signal) => void (await runScript(machine, startScript(root, id), signal)),
    state: (_id, { isAlive }) => Promise.resolve(isAlive ? 'working' : 'gone'),
    stop: async (root, id) => void (await runScript(machine, stopScript(root, id), never)),
  }
}
