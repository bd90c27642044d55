// node --import tsx bench/api/cycles.ts HOME: runs one cycle after the other in HOME until it is ended, with the tests' trainer and model and everything else real.
import { triggerCycle } from '../../src/cycle/trigger.ts'
import { Workplace } from '../../test/cycle/workplace.ts'

const place = new Workplace(process.argv[2] ?? '')
for (let steps = 0; ; steps += 1) {
  place.nowMs = Date.now()
  const { action } = await place.checkLocked()
  if (action === 'none') await triggerCycle(place.workshop, place.config)
  else process.stderr.write('.')
}
