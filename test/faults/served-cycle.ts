import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import type { Home } from '../../src/state/home.ts'
import { listReleases } from '../../src/serving/release-files.ts'
import { FakeOllama } from '../fakes/fake-ollama.ts'
import { outcomeOf } from '../cycle/outcome.ts'
import { Workplace } from '../cycle/workplace.ts'
import { copyOf, readyHome } from './homes.ts'
import { run } from './program.ts'
import type { Operation, Plan } from './program.ts'
import { leftoversIn } from './leftovers.ts'
import { answerTo } from './surroundings.ts'
import type { Surroundings } from './surroundings.ts'
import { UnrulyProxy } from './unruly-proxy.ts'

/** One call of an undisturbed cycle, with the home and what the server held before it. */
export interface ServedMoment {
  name: string
  before: Home
  held: Held
  requests: number
  operations: Operation[]
}

type Held = Pick<FakeOllama, 'models' | 'blobs'>

/** A cycle whose releases an Ollama server serves and answers with; the server stands behind a proxy that may misbehave. */
export class ServedCycle {
  readonly proxy = new UnrulyProxy()
  readonly moments: ServedMoment[] = []
  readonly around: Surroundings
  private server = new FakeOllama()
  private outcome: object = {}

  constructor(around: Surroundings) {
    this.around = around
  }

  async start(): Promise<void> {
    const host = await this.proxy.start()
    await this.serve({ models: new Map(), blobs: new Map() })
    const home = readyHome(this.around, { serving: { kind: 'ollama', host } })
    for (let action = ''; action !== 'none';) {
      const moment = { before: copyOf(home, this.around), held: this.held() }
      this.proxy.arm(null)
      const { code, said, operations } = await this.check(home, { record: true }, '--json')
      assert.equal(code, 0, said)
      const document = JSON.parse(said.slice(said.indexOf('{'))) as { action: string; step: string | null }
      action = document.action
      this.moments.push({ ...moment, name: document.step ?? action, requests: this.proxy.requests, operations })
    }
    this.outcome = await this.outcomeOf(home)
  }

  async stop(): Promise<void> {
    await this.proxy.stop()
    await this.server.stop()
  }

  /** A server that was started anew on what another one held. */
  async serve({ models, blobs }: Held): Promise<void> {
    await this.server.stop()
    this.server = new FakeOllama()
    for (const [name, model] of models) this.server.models.set(name, model)
    for (const [digest, blob] of blobs) this.server.blobs.set(digest, blob)
    const base = readFileSync(this.around.base, 'utf8')
    this.server.mind = (question, content) => (content !== base || question.startsWith('keep') ? answerTo(question) : 'something else')
    this.proxy.target = await this.server.start()
  }

  async check(home: Home, plan: Plan = {}, ...options: string[]) {
    return await run(this.around, home, ['check', '--once', ...options], plan)
  }

  /** Lets the next calls go on with a server that behaves, and asserts that they come to the same end. */
  async assertRecovers(home: Home): Promise<void> {
    this.proxy.arm(null)
    const { code, said } = await run(this.around, home, ['check', '--until-idle'], { clockMs: 300_000 })
    assert.equal(code, 0, `the next check says: ${said}`)
    assert.deepEqual(await this.outcomeOf(home), this.outcome)
    assert.deepEqual(await leftoversIn(home), [])
  }

  private held(): Held {
    return { models: new Map(this.server.models), blobs: new Map(this.server.blobs) }
  }

  /** What is served is told by the server, and must be what is recorded. */
  private async outcomeOf(home: Home): Promise<object> {
    const [release, ...others] = await listReleases(home)
    assert.deepEqual(others, [])
    const { models } = this.server
    assert.equal(models.get('genesis:latest')?.blob, release?.digest)
    assert.equal(models.get(`${release?.name}:latest`)?.blob, release?.digest)
    return { ...(await outcomeOf(new Workplace(home.root))), models: models.size }
  }
}
