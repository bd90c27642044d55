import { GenesisError } from '../errors.ts'
import { pipeFile, pipePrograms } from '../system/pipe.ts'
import { runProcess } from '../system/process.ts'
import { commandLine } from './quote.ts'

/** A machine with a POSIX shell, on which scripts are run and between which and this one files are moved. */
export interface Machine {
  readonly name: string
  /** The program that runs one command line there, and its arguments. */
  reach(line: string): { file: string; args: string[]; passOn: string[] }
  /** An error for how `reach` ended, where that is about the way there and not about the command; null otherwise. */
  unreached(exitCode: number | null, said: string): GenesisError | null
}

/** Files that trainers keep to go on from, as large as the model itself, and that nobody reads here. */
const leftThere = ['optimizer.pt', 'optimizer.bin', 'optimizer.safetensors']

export const outputFiles = `find . -type f ${leftThere.map((name) => `! -name ${name}`).join(' ')}`

/** Runs a script there and gives what it printed, by lines. It goes through the standard input, where no login shell changes it. Throws GI-RUNNER-.... */
export async function runScript(machine: Machine, script: string, signal: AbortSignal): Promise<string[]> {
  const lines: string[] = []
  const errors: string[] = []
  const { file, args, passOn } = machine.reach('sh')
  const { exitCode, startError } = await runProcess(file, args, {
    ...{ passOn, signal, input: wholeOrNothing(script) },
    onLine: (line, stream) => void (stream === 'stdout' ? lines : errors).push(line),
  })
  if (signal.aborted) throw new GenesisError('GI-INTERRUPTED')
  if (startError !== null) throw new GenesisError('GI-RUNNER-UNUSABLE', { why: `${file} cannot be run here (${startError})` })
  if (exitCode !== 0) throw failureThere(machine, exitCode, errors.join('\n'))
  return lines
}

/** A shell runs what it has read so far; a function it has to read whole, so that a connection that is cut within the script runs nothing of it. */
const wholeOrNothing = (script: string): string => `whole() {\n${script}\n}\nwhole`

/** Copies the content of a folder here into a new one there. */
export async function sendFolder(machine: Machine, from: string, to: string, signal: AbortSignal): Promise<void> {
  const extract = `mkdir -p ${commandLine([to])} && tar -xf - -C ${commandLine([to])}`
  const [packed, arrived] = await pipePrograms({ file: 'tar', args: ['-C', from, '-cf', '-', '.'] }, reachShell(machine, extract), signal)
  if (signal.aborted) throw new GenesisError('GI-INTERRUPTED')
  if (arrived.exitCode !== 0) throw failureThere(machine, arrived.exitCode, arrived.said)
  if (packed.exitCode !== 0) throw failureHere(packed.said)
}

/** Appends a file's content from byte `start` on to one there. */
export async function appendFile(machine: Machine, from: string, start: number, to: string, signal: AbortSignal): Promise<void> {
  const { exitCode, said } = await pipeFile(from, start, reachShell(machine, `cat >>${commandLine([to])}`), signal)
  if (signal.aborted) throw new GenesisError('GI-INTERRUPTED')
  if (exitCode !== 0) throw failureThere(machine, exitCode, said)
}

/** Copies what `outputFiles` names of a folder there into one here that is there already. */
export async function receiveFolder(machine: Machine, from: string, to: string, signal: AbortSignal): Promise<void> {
  const pack = `tar -cf - ${leftThere.map((name) => `--exclude=${name}`).join(' ')} -C ${commandLine([from])} .`
  const [packed, arrived] = await pipePrograms(reachShell(machine, pack), { file: 'tar', args: ['-C', to, '-xof', '-'] }, signal)
  if (signal.aborted) throw new GenesisError('GI-INTERRUPTED')
  if (packed.exitCode !== 0 && arrived.exitCode === 0) throw failureThere(machine, packed.exitCode, packed.said)
  if (packed.exitCode === 255) throw failureThere(machine, 255, packed.said)
  if (arrived.exitCode !== 0) throw failureHere(arrived.said)
}

/** The words have no character that a login shell of any kind would change; the quotes hold in all of them. */
const reachShell = (machine: Machine, line: string) => machine.reach(`sh -c '${line}'`)

function failureThere(machine: Machine, exitCode: number | null, said: string): GenesisError {
  const why = lastWords(said)
  const unreached = machine.unreached(exitCode, said)
  if (unreached !== null) return unreached
  if (isFull(said)) return new GenesisError('GI-RUNNER-NO-ROOM', { what: `The disk of ${machine.name} is full.`, why })
  return new GenesisError('GI-RUNNER-UNUSABLE', { what: `${machine.name} did not do as it was told.`, why, temporary: true })
}

const failureHere = (said: string): GenesisError =>
  isFull(said)
    ? new GenesisError('GI-DISK-FULL', { why: lastWords(said) })
    : new GenesisError('GI-RUNNER-DIFFERS', { why: lastWords(said) })

export const isFull = (said: string): boolean => /No space left on device|Disk quota exceeded|not enough (?:disk )?space/i.test(said)

const lastWords = (said: string): string => {
  const lines = said.split('\n').filter((line) => line.trim() !== '')
  return lines.slice(-3).join('; ').slice(0, 400) || 'it said nothing'
}
