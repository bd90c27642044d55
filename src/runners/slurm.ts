import { setTimeout as sleep } from 'node:timers/promises'
import { GenesisError } from '../errors.ts'
import { jobFolder } from './job-folder.ts'
import { runScript } from './machine.ts'
import type { Machine } from './machine.ts'
import type { Queue, QueueState } from './queue.ts'
import { commandLine, quoted } from './quote.ts'

const never = new AbortController().signal
/** After the wrapper has ended the program by itself. */
const graceMinutes = 2
const stopTries = 60

/** Jobs of Slurm, known by their name; what submits them is `machine`. Accounting is not needed: how a job ended stands in its folder. */
export function slurmQueue(machine: Machine, more: readonly string[]): Queue {
  const state = async (id: string): Promise<QueueState> => parseSqueue(await runScript(machine, squeue(id), never))
  return {
    givesCards: asksForCards(more),
    problems: async () => {
      const found = await runScript(machine, 'command -v sbatch >/dev/null 2>&1 || echo missing', never)
      if (!found.includes('missing')) return []
      return [
        {
          code: 'GI-RUNNER-UNUSABLE',
          what: `${machine.name} has no sbatch.`,
          remedy: 'Install the commands of Slurm there, or name a machine that submits jobs under "trainer.runner.host".',
        },
      ]
    },
    start: async ({ root, id, limitSeconds }, signal) => {
      const said = await runScript(machine, submitScript(jobFolder(root, id), id, limitSeconds, more), signal)
      const refusal = refusalIn(said)
      if (refusal !== null) throw refusal
    },
    state,
    stop: async (_root, id) => {
      await runScript(machine, `${mine}\nscancel --user="$user" --jobname=${quoted(id)} 2>&1; exit 0`, never)
      for (let tries = 0; (await state(id)) !== 'gone'; tries += 1) {
        if (tries === stopTries) throw new GenesisError('GI-RUNNER-AWAY', { what: `Slurm does not end the job ${id}.` })
        await sleep(1000)
      }
    },
  }
}

/** Pure: whether arguments of sbatch name graphics cards, or where some are: --gres=gpu:1, --gpus=2, --partition=gpu. */
export const asksForCards = (more: readonly string[]): boolean => more.some((argument) => /gpu/i.test(argument))

const mine = 'user=$(id -un)'

/** Submits unless the queue has a job of that name; prints what sbatch said when it refused. */
export const submitScript = (folder: string, id: string, limitSeconds: number, more: readonly string[]): string => `${mine}
queued=$(squeue --noheader --user="$user" --name=${quoted(id)} --format=%i 2>&1) || { printf 'refused\\n%s\\n' "$queued"; exit 0; }
[ -n "$queued" ] && exit 0
said=$(${commandLine([
  ...['sbatch', '--parsable', `--job-name=${id}`, '--output=/dev/null', '--no-requeue', `--chdir=${folder}`],
  ...[`--time=${Math.ceil(limitSeconds / 60) + graceMinutes}`, ...more, `${folder}/run.sh`],
])} 2>&1) || printf 'refused\\n%s\\n' "$said"
exit 0`

/** What the user's settings got wrong is told from a controller that is away. */
export function refusalIn(said: readonly string[]): GenesisError | null {
  const at = said.indexOf('refused')
  if (at === -1) return null
  const why = said
    .slice(at + 1)
    .join('; ')
    .slice(0, 400)
  const isAway =
    /Unable to contact slurm controller|Socket timed out|Connection (?:refused|timed out)|slurm_receive_msg|Zero Bytes were transmitted/i.test(
      why,
    )
  return isAway
    ? new GenesisError('GI-RUNNER-AWAY', { what: 'Slurm cannot be reached.', why })
    : new GenesisError('GI-RUNNER-REFUSED', { what: 'Slurm refused the job.', why })
}

const squeue = (id: string): string => `${mine}
said=$(squeue --noheader --user="$user" --name=${quoted(id)} --format=%T 2>&1) && { printf '%s\\n' "$said"; exit 0; }
case $said in *[Ii]nvalid*) exit 0;; esac
printf 'refused\\n%s\\n' "$said"`

/** States as squeue has them; only those of jobs that have ended are no longer listed after some minutes. */
export function parseSqueue(lines: readonly string[]): QueueState {
  const refusal = refusalIn(lines)
  if (refusal !== null) throw new GenesisError('GI-RUNNER-AWAY', { what: 'Slurm cannot be reached.', why: refusal.why })
  const states = lines.map((line) => line.trim()).filter((line) => line !== '')
  if (states.some((state) => /^(?:RUNNING|COMPLETING|STOPPED|SUSPENDED|SIGNALING|STAGE_OUT)$/.test(state))) return 'working'
  if (states.some((state) => /^(?:PENDING|CONFIGURING|RESV_DEL_HOLD|REQUEUE\w*|RESIZING|SPECIAL_EXIT)$/.test(state))) return 'waiting'
  return 'gone'
}
