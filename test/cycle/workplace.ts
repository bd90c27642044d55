import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, mock } from 'node:test'
import { open } from 'node:fs/promises'
import { Config } from '../../src/config/schema.ts'
import { openJsonlCorpus } from '../../src/corpora/jsonl.ts'
import { checkOnce } from '../../src/cycle/check.ts'
import type { CheckResult } from '../../src/cycle/check.ts'
import { CycleLogs } from '../../src/cycle/cycle-log.ts'
import { JournalEvent } from '../../src/cycle/journal.ts'
import type { Parts, Workshop } from '../../src/cycle/parts.ts'
import { underRunLock } from '../../src/cycle/run-lock.ts'
import type { Step } from '../../src/cycle/step.ts'
import type { HookEvent } from '../../src/hooks/event.ts'
import type { ModelLocation } from '../../src/runtimes/port.ts'
import { directoryServing } from '../../src/serving/directory.ts'
import { digestFile } from '../../src/state/files.ts'
import { homeAt } from '../../src/state/home.ts'
import type { Home } from '../../src/state/home.ts'
import { readState } from '../../src/state/store.ts'
import type { State } from '../../src/state/state.ts'
import { FakeRuntime } from '../fakes/fake-runtime.ts'
import { FakeTrainer } from '../fakes/fake-trainer.ts'
import { writeModel } from '../gguf/models.ts'

const around = mkdtempSync(path.join(tmpdir(), 'genesis-cycle-'))
after(() => rmSync(around, { recursive: true, force: true }))
let places = 0

// Nothing here has to survive a power cut, and waiting for the disk is most of the time that these tests would take.
const handle = await open(around, 'r')
mock.method(Object.getPrototypeOf(handle) as typeof handle, 'sync', async () => undefined)
await handle.close()

const tensor = { shape: [8, 6], values: Float32Array.from({ length: 48 }, (_, index) => index / 48) }
export const base = await writeModel(around, 'base', { 'blk.0.attn_q.weight': tensor, 'blk.0.attn_v.weight': tensor })
const baseDigest = await digestFile(base)

export const startMs = Date.UTC(2026, 2, 1, 12)
export const hourMs = 3_600_000

/** Whether a model answers right. Generation 0 is the base, 1 the first other model that was asked anything, and so on. */
export type Mind = (question: string, generation: number) => boolean

/** Everything that begins with "keep" was always known; "fix" is learned by the first candidate, "other" by the second. */
export const learning: Mind = (question, generation) =>
  question.startsWith('keep') || (question.startsWith('fix') && generation > 0) || (question.startsWith('other') && generation > 1)
/** Learns what was corrected and forgets what it knew. */
export const forgetful: Mind = (question, generation) => question.startsWith('keep') === (generation === 0)

export const answerTo = (question: string): string => `answer to ${question}`

/** A home with real files, real serving and real merging, and fakes where a model would have to think. */
export class Workplace {
  readonly home: Home
  readonly trainer = new FakeTrainer()
  readonly runtime: FakeRuntime
  readonly notices: string[] = []
  mind: Mind = learning
  /** Digests of the models in the order in which they were asked first. */
  generations = [baseDigest]
  config: Config
  nowMs = startMs
  /** What hooks were told, and what becomes of them. */
  readonly told: HookEvent[] = []
  hook: (event: HookEvent) => Promise<string | null> = (event) => {
    this.told.push(event)
    return Promise.resolve(null)
  }
  /** Replaces parts: what a test wants to fail. */
  replace: (parts: Parts) => Parts = (parts) => parts
  stop = new AbortController()
  readonly #logs: CycleLogs

  constructor(root: string, settings: object = {}) {
    this.home = homeAt(root)
    this.#logs = new CycleLogs(this.home, { clock: { now: () => new Date(this.nowMs) }, conceal: (text) => text })
    this.runtime = new FakeRuntime((question, model: ModelLocation) =>
      this.mind(question, this.#generationOf(model)) ? answerTo(question) : 'something else',
    )
    this.config = Config.parse({
      base: { gguf: base },
      trainer: { rank: 2, alpha: 4, targetModules: ['attn_q'] },
      dataset: { retentionTarget: 100 },
      gate: { failureShare: 0.2 },
      ...settings,
    })
  }

  #generationOf({ digest }: ModelLocation): number {
    if (!this.generations.includes(digest)) this.generations.push(digest)
    return this.generations.indexOf(digest)
  }

  get workshop(): Workshop {
    return {
      home: this.home,
      // Every look at the clock is a millisecond later than the one before.
      clock: { now: () => new Date((this.nowMs += 1)) },
      signal: this.stop.signal,
      parts: async () =>
        this.replace({
          corpus: openJsonlCorpus({ file: path.join(this.home.data, 'corpus.jsonl') }),
          trainer: this.trainer,
          runtime: this.runtime,
          serving: directoryServing(this.home),
        }),
      trainingLock: ({ trainer: { lock } }) => (typeof lock === 'string' ? lock : null),
      base: async ({ base: configured }) => await Promise.resolve(configured?.gguf === undefined ? null : { path: configured.gguf }),
      report: () => undefined,
      log: async (entry) => await this.#logs.write(entry),
      conceal: (text) => text,
      hook: { wants: () => true, run: (event) => this.hook(event) },
      notice: (text) => this.notices.push(text),
    }
  }

  async check(): Promise<CheckResult> {
    return await checkOnce(this.workshop, this.config)
  }

  /** As `check --once` does it. */
  async checkLocked(): Promise<CheckResult> {
    return await underRunLock(this.workshop, async (locked) => await checkOnce(locked, this.config))
  }

  /** Single checks until one has nothing to do; what each of them did. */
  async runToEnd(limit = 30): Promise<CheckResult[]> {
    const done: CheckResult[] = []
    for (let count = 0; count < limit; count += 1) {
      const result = await this.check()
      if (result.action === 'none') return done
      done.push(result)
    }
    throw new Error(`not at rest after ${limit} checks`)
  }

  /** Single checks until this step is the next. */
  async runUntilNext(step: Step): Promise<void> {
    for (let count = 0; count < 9; count += 1) if ((await this.check()).next === step) return
    throw new Error(`${step} is never next`)
  }

  async state(): Promise<State> {
    return (await readState(this.home)).state
  }

  /** A copy of the home as it is on disk now, for a process that knows nothing of this one. */
  copy(): Workplace {
    const other = new Workplace(newPlace())
    cpSync(this.home.root, other.home.root, { recursive: true, verbatimSymlinks: true })
    other.mind = this.mind
    other.generations = [...this.generations]
    other.config = this.config
    other.nowMs = this.nowMs
    return other
  }

  learn(count: number, prefix = 'fix', more: object = {}): void {
    const lines = Array.from({ length: count }, (_, index) => {
      const input = `${prefix} number ${index}`
      return `${JSON.stringify({ id: `${prefix}-${index}`, input, wrong: 'something else', correction: answerTo(input), category: 'fixing', ...more })}\n`
    })
    writeFileSync(this.home.learningsJsonl, lines.join(''), { flag: 'a' })
  }

  succeed(count: number, prefix = 'keep asking', more: object = {}): void {
    const lines = Array.from({ length: count }, (_, index) => {
      const input = `${prefix} number ${index}`
      return `${JSON.stringify({ id: `${prefix}-${index}`, type: 'success', input, output: answerTo(input), ...more })}\n`
    })
    writeFileSync(this.home.learningsJsonl, lines.join(''), { flag: 'a' })
  }

  /** Questions that the base answers right, as the user's own retention items. */
  retain(count: number): void {
    const lines = Array.from({ length: count }, (_, index) => {
      const input = `keep number ${index}`
      return `${JSON.stringify({ id: `keep-${index}`, input, expected: answerTo(input) })}\n`
    })
    writeFileSync(this.home.userRetention, lines.join(''))
  }

  events(cycle: string): JournalEvent[] {
    return linesOf(path.join(this.home.cycles, cycle, 'journal.jsonl')).map((line) => JournalEvent.parse(line))
  }

  cycles(): string[] {
    return namesIn(this.home.cycles).filter((name) => name.startsWith('cycle-'))
  }

  fates(): { id: string; fate: string; reason?: string }[] {
    return namesIn(this.home.fates)
      .filter((name) => name.endsWith('.jsonl'))
      .flatMap((name) => linesOf(path.join(this.home.fates, name)) as { id: string; fate: string }[])
  }

  pinned(): { id: string; origin: string; learningIds: string[] }[] {
    return linesOf(this.home.pinned) as { id: string; origin: string; learningIds: string[] }[]
  }
}

export function newPlace(): string {
  places += 1
  const root = path.join(around, `home-${places}`)
  mkdirSync(path.join(root, 'data'), { recursive: true })
  return root
}

/** A home with 100 corrections and 100 retention items: the base fails the 40 that are held out, so a better candidate is deployed. */
export function readyPlace(settings: object = {}): Workplace {
  const place = new Workplace(newPlace(), settings)
  place.learn(100)
  place.retain(100)
  return place
}

export function linesOf(file: string): unknown[] {
  return textOf(file)
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as unknown)
}

export function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return ''
    throw error
  }
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory).sort()
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw error
  }
}
