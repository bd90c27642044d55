import { rename, rm } from 'node:fs/promises'
import { makeDirectory } from '../state/files.ts'
import { jobFolder } from './job-folder.ts'
import { listingHere, listingScript, parseListing, requireSame } from './listing.ts'
import { receiveFolder, runScript } from './machine.ts'
import type { Machine } from './machine.ts'
import type { RunnerJob } from './port.ts'
import { quoted } from './quote.ts'

const never = new AbortController().signal

/** Brings a job's log and output here; `job.output` is replaced in one act, once every file is what lies there. */
export async function fetchOutput(
  machine: Machine,
  root: string,
  job: Pick<RunnerJob, 'id' | 'output'>,
  onLine: (line: string) => void,
): Promise<void> {
  const folder = jobFolder(root, job.id)
  const printed = await runScript(machine, fetchScript(folder), never)
  const at = printed.indexOf('log')
  for (const line of printed.slice(at + 1)) onLine(line)
  const incoming = `${job.output}.incoming`
  await rm(incoming, { recursive: true, force: true })
  await makeDirectory(incoming)
  const there = parseListing(printed.slice(0, at))
  await receiveFolder(machine, `${folder}/output`, incoming, never)
  requireSame(there, await listingHere(incoming), 'on this machine')
  await rm(job.output, { recursive: true, force: true })
  await rename(incoming, job.output)
}

/** An attempt that was set aside has no log any more. */
const fetchScript = (folder: string): string => `{ ${listingScript(`${folder}/output`)}
} || exit 1
echo log
[ ! -f ${quoted(`${folder}/run/log`)} ] || cat ${quoted(`${folder}/run/log`)}`
