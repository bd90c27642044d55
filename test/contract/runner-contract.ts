import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { RunEnd, Runner, RunnerJob } from '../../src/runners/port.ts'
import { digestText } from '../../src/state/files.ts'

/** What the suite needs of an implementation under test. */
export interface RunnerUnderTest {
  /** Another one each time, for the same place, as another process would have it. */
  runner: (more?: { timeLimitHours?: number }) => Runner
  /** The folder in which jobs lie there, as this machine sees it; null where there is none. */
  jobs: string | null
}

export const never = new AbortController().signal
const nobody = (): void => undefined

const made: string[] = []
after(() => Promise.all(made.map((directory) => rm(directory, { recursive: true, force: true }))))

export interface ShellJob extends RunnerJob {
  /** Gets a line each time that the program is started. */
  counter: string
}

/** A job whose program is a script of sh; `$1` is its counter. */
export async function shellJob(script: string, args: readonly string[] = []): Promise<ShellJob> {
  const around = await mkdtemp(path.join(tmpdir(), 'genesis-runner-'))
  made.push(around)
  const content = randomBytes(8).toString('hex')
  const job = { id: `job-${randomBytes(6).toString('hex')}`, dataset: path.join(around, 'dataset'), output: path.join(around, 'output') }
  const [base, counter] = [path.join(around, 'base.gguf'), path.join(around, 'counter')]
  await mkdir(job.output)
  await writeFile(base, content)
  return {
    ...{ ...job, counter, record: path.join(around, 'remote.json'), base: { path: base, digest: digestText(content) } },
    ...{ readsBase: true, model: {}, countedLines: 'said' },
    layOut: async ({ dataset, output, base: baseThere }) => {
      await rm(job.dataset, { recursive: true, force: true })
      await mkdir(job.dataset)
      await writeFile(path.join(job.dataset, 'train.jsonl'), 'rows\n')
      const set = { GENESIS_DATASET: dataset, GENESIS_OUTPUT: output, GENESIS_BASE: baseThere, ODD: `it's "odd" $HOME \`x\` \\ end` }
      return { program: '/bin/sh', args: ['-c', `echo start >>"$1"\n${script}`, 'sh', counter, ...args], set, passOn: [], files: {} }
    },
  }
}

/** Looks until the job has ended. */
export async function ended(runner: Runner, job: RunnerJob): Promise<RunEnd> {
  for (;;) {
    const state = await runner.observe(job)
    if (state.status === 'ended') return state.end
    assert.equal(state.status, 'running')
    await sleep(100)
  }
}

export const startsOf = ({ counter }: ShellJob): number => (existsSync(counter) ? readFileSync(counter, 'utf8').split('\n').length - 1 : 0)

/** What every runner must do; run against each implementation. */
export function describeRunnerContract(title: string, prepare: () => Promise<RunnerUnderTest>): void {
  describe(`${title} keeps the contract of Runner`, () => {
    test('a program gets its folders and its words as they are, and its output comes back whole', async () => {
      const { runner: make, jobs } = await prepare()
      const runner = make()
      const odd = `a b'c"d$e\`f\\g`
      const script =
        'mkdir -p a/b && cp "$GENESIS_DATASET/train.jsonl" a/b/rows && cp "$GENESIS_BASE" base && printf %s "$2" >word && printf %s "$ODD" >odd; echo said; pwd >where; printf %s "$GENESIS_OUTPUT" >output'
      const job = await shellJob(script, [odd])
      assert.deepEqual(await runner.preflight({ program: '/bin/sh', model: {} }), [])
      const heard: string[] = []
      await runner.begin(job, (line) => heard.push(line), never)
      const end = await ended(runner, job)
      assert.deepEqual([end.exitCode, end.signal, end.limit, end.diskIsFull], [0, null, null, false])
      await runner.fetch(job, (line) => heard.push(line))
      const text = async (name: string): Promise<string> => await readFile(path.join(job.output, name), 'utf8')
      assert.deepEqual([await text('a/b/rows'), await text('word'), await text('odd')], ['rows\n', odd, `it's "odd" $HOME \`x\` \\ end`])
      assert.equal(digestText(await text('base')), job.base.digest)
      assert.equal((await text('where')).trim(), await text('output'))
      assert.deepEqual(heard, ['said'])
      await runner.remove(job.record)
      if (jobs !== null) assert.deepEqual(await readdir(jobs), [])
      assert.ok(!existsSync(job.record))
    })

    test('begun twice, by this process and by another, it runs once', async () => {
      const { runner: make } = await prepare()
      const [one, other] = [make(), make()]
      const job = await shellJob('sleep 1')
      await one.begin(job, nobody, never)
      await (one.isHere ? one : other).begin(job, nobody, never).catch(nobody)
      assert.equal((await ended(one, job)).exitCode, 0)
      if (!one.isHere) assert.equal(startsOf(job), 1)
      await one.remove(job.record)
    })

    test('its exit status, the signal that ended it, and its last words are known', async () => {
      const { runner: make } = await prepare()
      const runner = make()
      const failing = await shellJob('echo one; echo Error: two >&2; exit 3')
      await runner.begin(failing, nobody, never)
      const { exitCode, lastLines } = await ended(runner, failing)
      assert.deepEqual([exitCode, [...lastLines].sort()], [3, ['Error: two', 'one']])
      await runner.remove(failing.record)
      const killed = await shellJob('kill -9 $$')
      await runner.begin(killed, nobody, never)
      const end = await ended(runner, killed)
      assert.deepEqual([end.exitCode, end.signal], [null, 'SIGKILL'])
      await runner.remove(killed.record)
    })

    test('it is stopped at its time limit, with what it started', async () => {
      const { runner: make } = await prepare()
      const runner = make({ timeLimitHours: 1 / 3600 })
      const job = await shellJob('sleep 300 & sleep 300')
      await runner.begin(job, nobody, never)
      assert.match((await ended(runner, job)).limit ?? '', /^trainer\.timeLimitHours is/)
      await runner.remove(job.record)
    })

    test('after an attempt that has ended, another one finds the output of the first', async () => {
      const { runner: make } = await prepare()
      const runner = make()
      const job = await shellJob('if [ -f checkpoint ]; then exit 0; fi; : >checkpoint; exit 75')
      await runner.begin(job, nobody, never)
      assert.equal((await ended(runner, job)).exitCode, 75)
      await runner.again(job)
      await runner.begin(job, nobody, never)
      assert.equal((await ended(runner, job)).exitCode, 0)
      assert.equal(startsOf(job), 2)
      await runner.remove(job.record)
    })
  })
}
