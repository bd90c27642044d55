import { InvalidArgumentError } from 'commander'
import { buildApp } from '../app.ts'
import { addGateItems } from '../cycle/add-gate-items.ts'
import { listGateItems } from '../cycle/gate-items.ts'
import { retireItem } from '../cycle/retire-item.ts'
import { exitCodes } from '../errors.ts'
import { describeAdded, describeGateItems, describeRetirement } from '../terminal/gate-items.ts'
import { examples, withGlobalOptions } from './command.ts'
import type { CommandModule } from './command.ts'

/** `gate list`, `gate add` and `gate retire`: the items that candidates are judged by. */
export const configure: CommandModule['configure'] = (command, act) => {
  const list = withGlobalOptions(command.command('list')).description('list the items that candidates are judged by')
  examples(list, [['genesis-improve gate list', 'every item, what it asks and where it came from']])
  list.action(
    act(async (invocation) => {
      const { workshop } = await buildApp(invocation)
      const items = await listGateItems(workshop)
      invocation.out.result(items, () => describeGateItems(items, invocation.out.paint))
      return exitCodes.done
    }),
  )

  const add = withGlobalOptions(command.command('add'))
    .description('add gate items of your own, in one piece')
    .argument('<file>', 'JSON lines, as in data/gate.jsonl')
    .option('--skip-refused', 'add the others when some are refused')
  examples(add, [['genesis-improve gate add more.jsonl', 'all of them, or none if one is refused']])
  add.action(
    act(async (invocation, file: string, { skipRefused = false }: { skipRefused?: boolean }) => {
      const { workshop } = await buildApp(invocation)
      const added = await addGateItems(workshop, file, skipRefused)
      invocation.out.result(added, () => describeAdded(added))
      return exitCodes.done
    }),
  )

  const retire = withGlobalOptions(command.command('retire'))
    .description('never judge by an item again; its record stays')
    .argument('<item>', 'its id, as "gate list" gives it')
    .requiredOption('--reason <text>', 'why, for the record', someText)
  examples(retire, [['genesis-improve gate retire learning:0f1e2d --reason "the law has changed"', 'take it out for good']])
  retire.action(
    act(async (invocation, item: string, { reason }: { reason: string }) => {
      const { workshop } = await buildApp(invocation)
      const retirement = await retireItem(workshop, item, reason)
      invocation.out.result(retirement, () => describeRetirement(retirement))
      return exitCodes.done
    }),
  )
}

function someText(text: string): string {
  if (text.trim() === '') throw new InvalidArgumentError('It must not be empty.')
  return text
}
