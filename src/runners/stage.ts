import { randomBytes } from 'node:crypto'
import { GenesisError } from '../errors.ts'
import { fetchOutput } from './fetch-output.ts'
import { jobFolder } from './job-folder.ts'
import type { Look } from './job-folder.ts'
import { listingHere, listingThere, requireSame } from './listing.ts'
import { runScript, sendFolder } from './machine.ts'
import type { Machine } from './machine.ts'
import { materialOf } from './material.ts'
import type { RunnerJob } from './port.ts'
import { quoted } from './quote.ts'
import { bytesLeft, missingThere, sendShared } from './shared.ts'
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

/** Puts everything that a job needs into its folder there; it can be started once its script is there, which comes last. */
export async function stage({ machine, look, job, limitSeconds, nice, signal }: Staging): Promise<void> {
  const { root } = look
  const folder = jobFolder(root, job.id)
  // What earlier attempts left decides what the next one goes on from.
  if (look.hasOutput) await fetchOutput(machine, root, job, () => undefined)
  const { base, model, shared } = await materialOf(job, root)
  const call = await job.layOut({ dataset: `${folder}/dataset`, output: `${folder}/output`, base, model })
  const missing = await missingThere(machine, shared, job.id, signal)
  requireRoom(machine, look, bytesLeft(missing))
  await sendShared(machine, missing, signal)
  const incoming = `${folder}.new-${randomBytes(4).toString('hex')}`
  await sendFolder(machine, job.dataset, `${incoming}/dataset`, signal)
  requireSame(await listingHere(job.dataset), await listingThere(machine, `${incoming}/dataset`, signal), `on ${machine.name}`)
  const wrapper = wrapperScript({ call, folder, limitSeconds, nice })
  await runScript(machine, settleScript(incoming, folder, wrapper), signal)
}

/** What transfers that were cut have left goes as well. */
const settleScript = (incoming: string, folder: string, wrapper: string): string => `
[ -f ${quoted(folder)}/run.sh ] || {
  printf %s ${quoted(wrapper)} >${quoted(`${incoming}/run.sh`)} && mkdir -p ${quoted(folder)}/output && rm -rf ${quoted(folder)}/dataset &&
  mv ${quoted(incoming)}/dataset ${quoted(folder)}/dataset && mv ${quoted(incoming)}/run.sh ${quoted(folder)}/run.sh || exit 1
}
rm -rf ${quoted(folder)}.new-*`

function requireRoom(machine: Machine, { root, freeKilobytes }: Look, bytesToSend: number): void {
  const neededBytes = reserveBytes + bytesToSend
  if (freeKilobytes === null || freeKilobytes * 1024 >= neededBytes) return
  throw new GenesisError('GI-RUNNER-NO-ROOM', {
    what: `The disk of ${machine.name} has too little room.`,
    why: `${Math.round(freeKilobytes / 1024)} MiB are free for ${root}, and ${Math.round(neededBytes / 2 ** 20)} MiB are needed`,
  })
}
