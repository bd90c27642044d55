import { GenesisError } from '../errors.ts'
import { digestProgram } from './listing.ts'
import { appendFile, runScript } from './machine.ts'
import type { Machine } from './machine.ts'
import { quoted } from './quote.ts'

/** A file or a folder that many trainings need alike. It is sent once, to a place that is named by its content, and appears there whole or not at all. */
export interface Shared {
  /** Its path there, absolute. */
  to: string
  files: SharedFile[]
}

interface SharedFile {
  /** Its path here. */
  from: string
  /** What follows `Shared.to` in its path there: nothing for a file, "/config.json" for one of a folder. */
  suffix: string
  /** SHA-256, in hexadecimal. */
  digest: string
  bytes: number
}

/** Something that is not there yet. `arrived`: bytes of each file that an earlier try has brought there. */
export interface Missing extends Shared {
  part: string
  arrived: number[]
}

/** Which of these are not there yet. `id`: the job for which they are sent, since another home may be sending the same. */
export async function missingThere(machine: Machine, shared: readonly Shared[], id: string, signal: AbortSignal): Promise<Missing[]> {
  if (shared.length === 0) return []
  const wanted = shared.map((one) => ({ ...one, part: `${one.to}.part-${id}` }))
  const printed = await runScript(machine, wanted.map(arrivedScript).join('\n'), signal)
  const lines = printed.values()
  return wanted.flatMap((one) => {
    const arrived = one.files.map(() => lines.next().value ?? '')
    return arrived.every((line) => line === 'whole') ? [] : [{ ...one, arrived: arrived.map((line) => Number.parseInt(line, 10) || 0) }]
  })
}

/** Prints a line for each file: "whole", or how many bytes of it lie there. */
const arrivedScript = ({ to, files, part }: Shared & { part: string }): string =>
  [
    `if [ -e ${quoted(to)} ]; then printf '${'whole\\n'.repeat(files.length)}'; else`,
    ...(files.some(({ suffix }) => suffix !== '') ? [`mkdir -p ${quoted(part)} || exit 1`] : []),
    ...files.map(({ suffix }) => `if [ -f ${quoted(part + suffix)} ]; then wc -c <${quoted(part + suffix)}; else echo 0; fi`),
    'fi',
  ].join('\n')

/** What is still to be sent, in bytes. */
export const bytesLeft = (missing: readonly Missing[]): number =>
  missing
    .flatMap(({ files, arrived }) => files.map(({ bytes }, index) => Math.max(0, bytes - (arrived[index] ?? 0))))
    .reduce((a, b) => a + b, 0)

/** Sends it, each file from where an earlier try was cut. Throws GI-RUNNER-DIFFERS naming a file that arrived with another content; it is sent anew the next time. */
export async function sendShared(machine: Machine, missing: readonly Missing[], signal: AbortSignal): Promise<void> {
  for (const one of missing) {
    for (const [index, { from, suffix, bytes }] of one.files.entries()) {
      const arrived = one.arrived[index] ?? 0
      if (arrived < bytes || arrived === 0) await appendFile(machine, from, arrived, one.part + suffix, signal)
    }
    const [other] = await runScript(machine, settleScript(one), signal)
    if (other === undefined) continue
    const { from } = one.files[Number(other)] ?? {}
    throw new GenesisError('GI-RUNNER-DIFFERS', { why: `${from ?? one.to} has another content on ${machine.name}` })
  }
}

/** Gives what arrived whole its name; else prints the number of the first file that differs. */
const settleScript = ({ to, files, part }: Missing): string => `${digestProgram}
is() { case $($sum "$1") in "$2"*) ;; *) rm -f "$1"; echo "$3"; exit 0;; esac; }
${files.map(({ suffix, digest }, index) => `is ${quoted(part + suffix)} ${digest} ${index}`).join('\n')}
[ -e ${quoted(to)} ] || mv ${quoted(part)} ${quoted(to)} || exit 1
rm -rf ${quoted(part)}`
