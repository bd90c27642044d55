import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { readdir, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { ended, never, shellJob, startsOf } from './runner-contract.ts'
import type { RunnerUnderTest, ShellJob } from './runner-contract.ts'

const nobody = (): void => undefined

/** What every runner must do whose jobs go on without this process. */
export function describeRemoteContract(title: string, prepare: () => Promise<RunnerUnderTest>): void {
  describe(`${title} runs jobs apart from this process`, () => {
    test('begin returns while the job runs, and shows what it printed', async () => {
      const { runner: make } = await prepare()
      // More than is looked at of a log.
      const job = await shellJob(
        'echo said before; head -c 20000 /dev/zero | tr "\\0" "\\n"; echo said; while [ ! -f go ]; do sleep 0.1; done',
      )
      await make().begin(job, nobody, never)
      const state = await seen(make, job)
      assert.ok(state.elapsedMs !== null && state.note === null)
      assert.deepEqual([state.counted, state.lines.filter((line) => line === 'said').length], [2, 1])
      await make().remove(job.record)
    })

    test('removed while it runs, it ends with all that it started, and nothing of it is left', async () => {
      const { runner: make, jobs } = await prepare()
      const job = await shellJob('(while :; do date +%N >"$1.alive"; sleep 0.05; done) & echo said; wait')
      await make().begin(job, nobody, never)
      await seen(make, job)
      await make().remove(job.record)
      await make().remove(job.record)
      assert.deepEqual(await readdir(jobs ?? ''), [])
      await assertStill(`${job.counter}.alive`)
    })

    test('whose wrapper was killed, it is lost: what outlived it is ended, and the next call starts it again', async () => {
      const { runner: make, jobs } = await prepare()
      const job = await shellJob('[ -f second ] && exit 0; : >second; while :; do date +%N >"$1.alive"; sleep 0.05; done')
      await make().begin(job, nobody, never)
      while (!existsSync(`${job.counter}.alive`)) await sleep(50)
      process.kill(Number(readFileSync(path.join(jobs ?? '', job.id, 'run', 'pid'), 'utf8')), 'SIGKILL')
      await settledAsLost(make, job)
      await assertStill(`${job.counter}.alive`)
      await make().begin(job, nobody, never)
      assert.equal((await ended(make(), job)).exitCode, 0)
      assert.equal(startsOf(job), 2)
      await make().remove(job.record)
    })

    test('what a cut transfer left is not taken for a job, and the base is sent once', async () => {
      const { runner: make, jobs } = await prepare()
      const job = await shellJob('exit 0')
      const whole = { ...job }
      const layOut: ShellJob['layOut'] = async (paths) => await whole.layOut(paths)
      job.layOut = async (paths) => {
        await layOut(paths)
        throw new Error('killed')
      }
      await assert.rejects(make().begin(job, nobody, never), /killed/)
      job.layOut = layOut
      await make().begin(job, nobody, never)
      assert.equal((await ended(make(), job)).exitCode, 0)
      await make().remove(job.record)
      assert.deepEqual(await readdir(jobs ?? ''), [])
      assert.deepEqual(
        (await readdir(path.join(jobs ?? '', '..', 'bases'))).filter((name) => name.includes(job.base.digest)),
        [`${job.base.digest}.gguf`],
      )
    })

    test('output that changes on its way is not taken', async () => {
      const { runner: make, jobs } = await prepare()
      const job = await shellJob('echo whole >adapter')
      const runner = make()
      await runner.begin(job, nobody, never)
      await ended(runner, job)
      // Somebody writes on while it is fetched: the log is read between the ... and the listing.
      await writeFile(path.join(jobs ?? '', job.id, 'output', 'unreadable name\nwith two lines'), '')
      await assert.rejects(runner.fetch(job, nobody), { code: 'GI-RUNNER-DIFFERS' })
      await runner.remove(job.record)
    })

    test('a folder that somebody removed there is a lost job, not one that is begun in silence', async () => {
      const { runner: make, jobs } = await prepare()
      const job = await shellJob('echo done')
      await make().begin(job, nobody, never)
      await ended(make(), job)
      await rm(path.join(jobs ?? '', job.id), { recursive: true })
      await assert.rejects(make().begin(job, nobody, never), { code: 'GI-RUNNER-LOST' })
      await make().begin(job, nobody, never)
      await ended(make(), job)
      await make().remove(job.record)
    })
  })
}

async function seen(make: RunnerUnderTest['runner'], job: ShellJob) {
  for (;;) {
    const state = await make().observe(job)
    assert.equal(state.status, 'running')
    if (state.status === 'running' && state.lines.includes('said')) return state
    await sleep(200)
  }
}

/** A queue takes its time to notice. */
async function settledAsLost(make: RunnerUnderTest['runner'], job: ShellJob): Promise<void> {
  while ((await make().observe(job)).status === 'running') await sleep(500)
  await assert.rejects(make().begin(job, nobody, never), { code: 'GI-RUNNER-LOST', temporary: true })
}

async function assertStill(file: string): Promise<void> {
  const before = readFileSync(file, 'utf8')
  await sleep(500)
  assert.equal(readFileSync(file, 'utf8'), before)
}
