import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Home } from '../../src/state/home.ts'
import { correction } from './homes.ts'
import { random } from './options.ts'
import { run } from './program.ts'
import { answerTo } from './surroundings.ts'
import type { Surroundings } from './surroundings.ts'

/** Learnings that arrive at random in a home, from another program and from `learn`, which may be killed and is called again then. */
export class Arrivals {
  /** Of all that have arrived. */
  readonly ids: string[]
  private readonly around: Surroundings
  private readonly home: Home

  constructor(around: Surroundings, home: Home) {
    this.around = around
    this.home = home
    this.ids = Array.from({ length: 50 }, (_, index) => idOf(correction(`fix 0 number ${index}`)))
  }

  /** In half of all cases nothing arrives; one in ten has no answer and can't be used. */
  async someArrive(): Promise<void> {
    if (random() < 0.5) return
    if (random() < 0.15) return await this.learnOne()
    const count = 1 + Math.floor(random() * 4)
    const arrived = Array.from({ length: count }, () => (random() < 0.1 ? this.unusable() : correction(this.question())))
    const { learnings } = JSON.parse(readFileSync(this.home.learningsJson, 'utf8')) as { learnings: object[] }
    writeFileSync(this.home.learningsJson, JSON.stringify({ learnings: [...learnings, ...arrived] }))
    this.ids.push(...arrived.map(idOf))
  }

  private async learnOne(): Promise<void> {
    const input = this.question()
    const id = idOf(correction(input))
    const record = ['learn', '--input', input, '--wanted', answerTo(input), '--id', id]
    const { code } = await run(this.around, this.home, record, { what: 'kill', at: 1 + Math.floor(random() * 60) })
    if (code !== 0) await run(this.around, this.home, record)
    this.ids.push(id)
  }

  /** One that the model in production gets wrong and the next one can learn. */
  private question(): string {
    const asked = path.join(this.home.root, 'models-asked.txt')
    const generation = existsSync(asked) ? readFileSync(asked, 'utf8').trim().split('\n').length - 1 : 0
    return `fix ${generation} number ${this.ids.length}-${Math.floor(random() * 1e6)}`
  }

  private unusable(): object {
    const { id, input } = correction(this.question()) as { id: string; input: string }
    return { id, input }
  }
}

const idOf = (learning: object): string => (learning as { id: string }).id
