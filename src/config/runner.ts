import { z } from 'zod'
import { described, numberWithin } from './schema-parts.ts'

/** A name or address for OpenSSH, or a "Host" of its configuration; never an option. */
const sshHost = z.string().regex(/^[A-Za-z0-9_](?:[A-Za-z0-9_.@:%-]*[A-Za-z0-9])?$/)
/** Without anything that a shell, of whatever kind, could take for more than a path. */
const plainPath = z.string().regex(/^(?!-)(?!.*\.\.)[A-Za-z0-9_./+-]+$/)
const sbatchArgument = z
  .string()
  .regex(/^--(?!job-name|parsable|output|error|chdir|wrap|requeue|no-requeue|time|array)[a-z][a-z0-9-]*(?:=[\x21-\x7e]+)?$/)

/** Where a training program runs. */
export const RunnerConfig = z
  .strictObject({
    kind: described(
      z.enum(['local', 'ssh', 'slurm', 'ray']).default('local'),
      'Where the training program runs: on this machine, on another one by ssh, or as a job of Slurm or Ray. The embedded engine trains on this machine only.',
    ),
    host: described(
      sshHost.optional(),
      'The other machine, as "ssh" takes it: a name, user@name, or a Host of ~/.ssh/config; for "ssh" FORGE_HOST when left out. For "slurm" and "ray" left out when this machine can submit jobs itself.',
    ),
    directory: described(
      plainPath.default('genesis-improve-jobs'),
      'Folder there for jobs, bases and models; relative to the home directory there. A queue must see it under the same path on every node.',
    ),
    model: described(
      z.string().startsWith('/').optional(),
      'For the Python trainers: the folder of trainer.model as it lies there already, an absolute path; left out, it is sent. That both hold the same model is for you to see to.',
    ),
    sshConfig: described(z.string().startsWith('/').optional(), 'A file like ~/.ssh/config that is used in its place; an absolute path.'),
    sbatch: described(
      z.array(sbatchArgument).default([]),
      'For "slurm": more arguments of sbatch, like ["--partition=gpu", "--gres=gpu:1"].',
    ),
    rayAddress: described(
      z.url({ protocol: /^https?$/ }).default('http://127.0.0.1:8265'),
      'For "ray": where its dashboard listens, seen from this machine.',
    ),
    rayGpus: described(numberWithin(0, 64).default(0), 'For "ray": GPUs that a job asks for.'),
    rayCpus: described(numberWithin(0, 1024).default(1), 'For "ray": processors that a job asks for.'),
    costPerHour: described(
      z.number().positive().optional(),
      'What an hour of training costs there, in any currency; recorded with the training.',
    ),
    maximumCost: described(
      z.number().positive().optional(),
      'What a training may cost at most: it is stopped at maximumCost / costPerHour hours.',
    ),
  })
  .refine(({ costPerHour, maximumCost }) => maximumCost === undefined || costPerHour !== undefined, {
    path: ['costPerHour'],
    error: 'a number above 0, since there is a maximumCost',
  })
