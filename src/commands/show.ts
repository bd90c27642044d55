import { buildApp } from '../app.ts'
import type { Workshop } from '../cycle/parts.ts'
import { cycleIdPattern, listCycles } from '../cycle/cycle-directory.ts'
import { readReleaseLineage } from '../cycle/release-lineage.ts'
import { readCycle } from '../cycle/show.ts'
import { exitCodes, GenesisError } from '../errors.ts'
import { releaseNamePattern } from '../serving/release.ts'
import { describeCycle } from '../terminal/cycle.ts'
import { describeLearning, describeRelease } from '../terminal/lineage.ts'
import type { Output } from '../terminal/output.ts'
import { examples } from './command.ts'
import type { CommandModule } from './command.ts'

export const configure: CommandModule['configure'] = (command, act) => {
  command.argument('[what]', 'a cycle, a release, or the id of a learning (default: the newest cycle)')
  examples(command, [
    ['genesis-improve show', 'the newest cycle'],
    ['genesis-improve show cycle-20260131-140500', 'a named one'],
    ['genesis-improve show genesis-20260131-140500', 'what a release was made from'],
    ['genesis-improve show c-17', 'what became of a learning'],
  ])
  command.action(
    act(async (invocation, requested: string | undefined) => {
      const { workshop } = await buildApp(invocation)
      const { out } = invocation
      const what = requested ?? (await listCycles(workshop.home)).at(-1)
      if (what === undefined) throw new GenesisError('GI-CYCLE-UNKNOWN', { what: 'No cycle has run in this home yet.' })
      if (cycleIdPattern.test(what)) {
        const cycle = await readCycle(workshop, what)
        out.result(cycle, () => describeCycle(cycle, out.paint))
      } else if (releaseNamePattern.test(what)) {
        const release = await readReleaseLineage(workshop, what)
        out.result(release, () => describeRelease(release, out.paint))
      } else await showLearning(workshop, what, out)
      return exitCodes.done
    }),
  )
}

async function showLearning(workshop: Workshop, id: string, out: Output): Promise<void> {
  const { traceLearning } = await import('../cycle/trace-learning.ts')
  const trace = await traceLearning(workshop, id)
  if (trace === null) {
    const { nearIds } = await import('../cycle/near-ids.ts')
    const near = await nearIds(workshop.home, id)
    throw new GenesisError('GI-CYCLE-UNKNOWN', {
      what: `There is no cycle, release or learning "${id}" in this home.`,
      why: near.length === 0 ? undefined : `learnings with an id like it: ${near.join(', ')}`,
    })
  }
  out.result(trace, () => describeLearning(trace, out.paint))
}
