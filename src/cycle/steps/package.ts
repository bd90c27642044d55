import path from 'node:path'
import { mergeLora } from '../../gguf/merge.ts'
import { readGgufSummary } from '../../gguf/summary.ts'
import { ReleaseRecord } from '../../serving/release.ts'
import { writeReleaseFiles } from '../../serving/release-files.ts'
import { stopTexts } from '../../serving/stop-texts.ts'
import { requireDiskSpace } from '../../state/disk-space.ts'
import { digestFile, makeDirectory } from '../../state/files.ts'
import { programVersion } from '../../system/package-root.ts'
import { chooseAdapter } from '../choose-adapter.ts'
import { releaseNameOf } from '../cycle-directory.ts'
import type { StepContext, StepResult } from '../run-step.ts'
import { spaceNeeded } from './space-needed.ts'

/** Merges base and adapter into one artefact and stages it in the serving target under its own name, not yet in use. */
export async function packageRelease(context: StepContext): Promise<StepResult> {
  const { cycle, made } = context
  await requireDiskSpace(context.directory, await spaceNeeded.package(context), 'package the model')
  const name = releaseNameOf(cycle.id)
  const directory = path.join(context.directory, 'release')
  await makeDirectory(directory)
  const { adapter, scale, tuning } = await chooseAdapter(context)
  context.progress('merging the adapter into the base')
  const merged = await mergeLora({
    base: cycle.base.path,
    adapter: adapter.file,
    output: path.join(directory, 'model.gguf'),
    scale,
  })
  const { promptConvention, trainDigest } = context.resultOf('prepare')
  const record = ReleaseRecord.parse({
    schema_version: 1,
    name,
    digest: merged.digest,
    cycle: cycle.id,
    createdAt: cycle.openedAt,
    base: cycle.base,
    adapterDigest: adapter.digest,
    datasetDigest: trainDigest,
    learnings: { count: context.resultOf('prepare')['trainedLearnings'], file: `cycles/${cycle.id}/prepare/manifest.json` },
    lineage: {
      manifestDigest: await digestFile(path.join(context.from('prepare'), 'manifest.json')),
      toolVersion: programVersion(),
    },
    verdict: null,
    promptConvention,
    improvementScore: null,
    deployedAt: null,
    rolledBackAt: null,
    previous: null,
  })
  const { tokenizer } = await readGgufSummary(cycle.base.path)
  await writeReleaseFiles(directory, record, { stop: stopTexts(tokenizer), contextLength: cycle.config.runtime.contextLength })
  context.progress('staging the release')
  const staged = await made.serving.stage(name, directory)
  return {
    result: {
      release: name,
      digest: staged.digest,
      bytes: merged.bytes,
      tensors: merged.tensors,
      loraScale: scale,
      ...(tuning === null ? {} : { checkpoint: adapter.step, tuning }),
    },
  }
}
