import { randomBytes } from 'node:crypto'
import { rm, stat } from 'node:fs/promises'
import path from 'node:path'
import type { Config } from '../config/schema.ts'
import { stratumOf } from '../dataset/pinned-item.ts'
import { GenesisError } from '../errors.ts'
import { judge } from '../gate/judge.ts'
import type { Judgement } from '../gate/judgement.ts'
import { randomFrom } from '../gate/simulation/random.ts'
import { writeNoisyCopy } from '../gguf/noisy-copy.ts'
import type { ModelLocation } from '../runtimes/port.ts'
import { requireDiskSpace } from '../state/disk-space.ts'
import { makeDirectory } from '../state/files.ts'
import { readState } from '../state/store.ts'
import { locateModel } from './baseline.ts'
import { judgedItem, pairedScores } from './judged-item.ts'
import type { JudgedItem } from './judged-item.ts'
import { newestItems } from './own-sets.ts'
import type { OwnSets } from './own-sets.ts'
import type { Workshop } from './parts.ts'
import { scoreModel } from './score-model.ts'
import { usableBase } from './usable-base.ts'

/** What the whole gate said of two artefacts whose verdict is known beforehand. */
export interface ArtefactTest {
  /** The model in production against itself; to be ABSTAIN for no difference. */
  itself: Judgement
  /** A copy of it with noise added to its weights; to be REFUSE. */
  noisy: Judgement
  passed: boolean
}

/**
 * Lets the model in production, and a copy of it with noise in its weights, answer the items of the newest cycle through the runtime, and asks
 * the gate about both. The model answers twice, nothing cached: a runtime that answers otherwise the second time shows as flips.
 * The copy lies in the cache for that time.
 * @throws GenesisError GI-GATE-DATA where there are no items or the model is no file here, GI-DISK-FULL, or what keeps the runtime from answering
 */
export async function testArtefacts(workshop: Workshop, config: Config, own: OwnSets): Promise<ArtefactTest> {
  const { home } = workshop
  const base = await usableBase(workshop, config)
  const parts = await workshop.parts(config)
  const { state } = await readState(home)
  const model = await locateModel(parts.serving, state.current_model, base)
  if (model.path === null || model.serverName !== undefined) throw unfit('the runtime serves no files of this machine')
  if (own.cycle === null) throw unfit('no cycle has prepared items here yet')
  const { items } = await newestItems(workshop)
  await makeDirectory(home.cache)
  await requireDiskSpace(home.cache, (await stat(model.path)).size * 1.1, 'try a copy of the model with noise')

  const directory = path.join(home.cache, `.self-test.${process.pid}-${randomBytes(4).toString('hex')}.tmp`)
  await makeDirectory(directory)
  const answersOf = async (who: string, asked: ModelLocation): Promise<JudgedItem[]> => {
    const report = (done: number, total: number): void =>
      workshop.report(null, null, { text: `${who} answers ${done} of ${total} items`, done, total, timeLeftMs: null })
    const questioning = { config, runtime: parts.runtime, cacheDirectory: path.join(directory, who), report }
    const scored = await scoreModel(workshop, questioning, asked, items)
    return scored.map((one) => judgedItem(one, stratumOf(one.item, state.current_model)))
  }
  try {
    const before = await answersOf('the model', model)
    const again = await answersOf('the same model', model)
    const output = path.join(directory, 'noisy.gguf')
    const { digest } = await writeNoisyCopy({ source: model.path, output, random: randomFrom(1), signal: workshop.signal })
    const spoilt = await answersOf('the noisy model', { path: output, digest })
    const judged = (after: readonly JudgedItem[]): Judgement =>
      judge({ scores: pairedScores(before, after), failureShare: own.failureShare, limits: own.limits })
    const [itself, noisy] = [judged(again), judged(spoilt)]
    const isItself = itself.verdict === 'ABSTAIN' && itself.reasons.some(({ code }) => code === 'no-difference')
    return { itself, noisy, passed: isItself && noisy.verdict === 'REFUSE' }
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

const unfit = (why: string): GenesisError =>
  new GenesisError('GI-GATE-DATA', {
    what: 'Real artefacts cannot be tried here.',
    why,
    remedy: 'Run a cycle on the embedded engine first ("genesis-improve trigger"), or leave out --artefacts.',
  })
