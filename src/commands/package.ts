import { InvalidArgumentError, Option } from 'commander'
import { packageAdapter } from '../adapters/package.ts'
import { exitCodes } from '../errors.ts'
import type { TouchedType } from '../gguf/merge-plan.ts'
import { describePackage } from '../terminal/package.ts'
import { ProgressDisplay } from '../terminal/progress.ts'
import { examples } from './command.ts'
import type { CommandModule } from './command.ts'

const types = { keep: 'keep', Q8_0: 'q8_0', F16: 'f16', BF16: 'bf16' } as const satisfies Record<string, TouchedType>

interface PackageOptions {
  base: string
  output: string
  type: keyof typeof types
  scale: number
  force?: true
}

export const configure: CommandModule['configure'] = (command, act) => {
  command
    .argument('<adapter>', 'a LoRA adapter: GGUF file, or directory of PEFT or MLX-LM')
    .requiredOption('--base <file>', 'the GGUF model that the adapter was trained on')
    .requiredOption('--output <file>', 'where to write the merged GGUF model')
    .addOption(
      new Option('--type <type>', 'type of the tensors that are changed; keep: as in the base, K-quants become Q8_0')
        .choices(Object.keys(types))
        .default('keep'),
    )
    .option('--scale <factor>', "multiplies the adapter's own scale", factor, 1)
    .option('--force', 'replace the output if it exists')
  examples(command, [
    ['genesis-improve package lora.gguf --base base.gguf --output new.gguf', 'merge a LoRA GGUF'],
    ['genesis-improve package peft/ --base base.gguf --output new.gguf --type F16', 'a directory of PEFT, as F16'],
  ])
  command.action(
    act(async ({ out, clock, signal }, adapter: string, { base, output, type, scale, force }: PackageOptions) => {
      const display = new ProgressDisplay(out)
      try {
        const packaged = await packageAdapter({
          ...{ adapter, base, output, touchedType: types[type], scale, replace: force === true, signal },
          report: ({ doneBytes: done, totalBytes: total }) =>
            void display.show(null, { text: 'merging', done, total, timeLeftMs: null }, clock.now().getTime()),
        })
        display.clear()
        out.result(packaged, () => describePackage(packaged, output))
        return exitCodes.done
      } finally {
        display.clear()
      }
    }),
  )
}

function factor(text: string): number {
  const value = /^-?(\d+(\.\d*)?|\.\d+)$/.test(text) ? Number(text) : 0
  if (value === 0) throw new InvalidArgumentError('It must be a number other than 0.')
  return value
}
