import { randomBytes } from 'node:crypto'
import { stat } from 'node:fs/promises'
import { GenesisError } from '../errors.ts'
import { jobFolder } from './job-folder.ts'
import type { Look } from './job-folder.ts'
import { digestProgram, listingHere, listingThere, requireSame } from './listing.ts'
import { runScript, sendFile, sendFolder } from './machine.ts'
import type { Machine } from './machine.ts'
import type { RunnerJob } from './port.ts'
import { quoted } from './quote.ts'
import { wrapperScript } from './wrapper.ts'

/** What must stay free there after everything was sent, for the adapter and its checkpoints. */
const reserveBytes = 256 << 20

interface Staging {
  machine: Machine
  look: Look
  job: RunnerJob
  limitSeconds: number
  nice: number
  signal: AbortSignal
}

/** Puts everything that a job needs into its folder there, which appears whole or not at all. */
export async function stage({ machine, look, job, limitSeconds, nice, signal }: Staging): Promise<void> {
  const { root } = look
  const folder = jobFolder(root, job.id)
  const base = `${root}/bases/${job.base.digest}.gguf`
  const call = await job.layOut({ dataset: `${folder}/dataset`, output: `${folder}/output`, base, model: job.model })
  await requireRoom(machine, look, job)
  if (!look.hasBase) await sendBase(machine, base, job, signal)
  const incoming = `${folder}.new-${randomBytes(4).toString('hex')}`
  await sendFolder(machine, job.dataset, `${incoming}/dataset`, signal)
  requireSame(await listingHere(job.dataset), await listingThere(machine, `${incoming}/dataset`, signal), `on ${machine.name}`)
  const wrapper = wrapperScript({ call, folder, limitSeconds, nice })
  await runScript(machine, settleScript(incoming, folder, wrapper), signal)
}

/** What transfers that were cut have left goes as well. */
const settleScript = (incoming: string, folder: string, wrapper: string): string => `
mkdir ${quoted(`${incoming}/output`)} && printf %s ${quoted(wrapper)} >${quoted(`${incoming}/run.sh`)} || exit 1
[ -d ${quoted(folder)} ] || mv ${quoted(incoming)} ${quoted(folder)} || exit 1
rm -rf ${quoted(folder)}.new-*`

async function requireRoom(machine: Machine, { root, freeKilobytes, hasBase }: Look, { base }: RunnerJob): Promise<void> {
  const neededBytes = reserveBytes + (hasBase ? 0 : (await stat(base.path)).size)
  if (freeKilobytes === null || freeKilobytes * 1024 >= neededBytes) return
  throw new GenesisError('GI-RUNNER-NO-ROOM', {
    what: `The disk of ${machine.name} has too little room.`,
    why: `${Math.round(freeKilobytes / 1024)} MiB are free for ${root}, and ${Math.round(neededBytes / 2 ** 20)} MiB are needed`,
  })
}

/** A base is sent once, and serves every training on it. */
async function sendBase(machine: Machine, to: string, { id, base }: RunnerJob, signal: AbortSignal): Promise<void> {
  // Another home may be sending the same one.
  const part = `${to}.part-${id}`
  await sendFile(machine, base.path, part, signal)
  const arrived = await runScript(
    machine,
    `${digestProgram}\ncase $($sum ${quoted(part)}) in ${base.digest}*) mv ${quoted(part)} ${quoted(to)} && echo same;; *) rm ${quoted(part)};; esac`,
    signal,
  )
  if (!arrived.includes('same')) throw new GenesisError('GI-RUNNER-DIFFERS', { why: `the base has another content on ${machine.name}` })
}
