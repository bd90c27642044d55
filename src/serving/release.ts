import path from 'node:path'
import { z } from 'zod'
import { GenesisError } from '../errors.ts'
import type { Home } from '../state/home.ts'

const Digest = z.string().regex(/^[0-9a-f]{64}$/)

export const releaseNamePattern = /^genesis-\d{8}-\d{6}$/

/** data/models/<name>/release.json: where a model came from and why it was let through. Kept for ever, with or without the weights. */
export const ReleaseRecord = z.object({
  schema_version: z.literal(1),
  name: z.string().regex(releaseNamePattern),
  /** Digest of model.gguf. */
  digest: Digest,
  cycle: z.string().min(1),
  createdAt: z.iso.datetime(),
  base: z.object({ path: z.string(), digest: Digest }),
  adapterDigest: Digest,
  /** Digest of train.jsonl. */
  datasetDigest: Digest,
  /** How many learnings it was trained on, and the file with their ids, relative to the home. */
  learnings: z.object({ count: z.int().min(0), file: z.string() }),
  /** Digest of the manifest of its dataset, and the version that made it; none in those of earlier versions. */
  lineage: z.object({ manifestDigest: Digest, toolVersion: z.string() }).optional(),
  /** Null until it was decided on. */
  verdict: z
    .object({ verdict: z.enum(['DEPLOY', 'REFUSE', 'ABSTAIN']), estimate: z.number(), lower: z.number(), upper: z.number() })
    .nullable(),
  /** Digest of the prompt convention it was evaluated with; null until it was. */
  promptConvention: z.string().nullable(),
  /** Estimated live accuracy, 0 to 1; null until it was evaluated. */
  improvementScore: z.number().nullable(),
  deployedAt: z.iso.datetime().nullable(),
  rolledBackAt: z.iso.datetime().nullable(),
  /** What was in production before: a release or `genesis-base`; null until it was deployed. */
  previous: z.string().nullable(),
})
export type ReleaseRecord = z.infer<typeof ReleaseRecord>

/** Where a release lies. Throws GI-RELEASE-UNKNOWN for a name that no release can have, so that none leads out of data/models. */
export function releaseDirectory(home: Home, name: string): string {
  if (!releaseNamePattern.test(name))
    throw new GenesisError('GI-RELEASE-UNKNOWN', { why: `"${name}" is not a name like genesis-20250131-235959` })
  return path.join(home.models, name)
}

export function releaseDamaged(why: string, cause?: unknown): GenesisError {
  return new GenesisError('GI-RELEASE-DAMAGED', { why, cause })
}
