import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { CorpusEntry } from '../../src/corpora/port.ts'
import { GenesisError } from '../../src/errors.ts'
import { answerTo, readyPlace } from './workplace.ts'
import type { Workplace } from './workplace.ts'

function placeThatWritesBack(write: (entries: readonly CorpusEntry[]) => Promise<void>, settings: object = {}): Workplace {
  const place = readyPlace({ corpus: { kind: 'weaviate', writeBack: true }, ...settings })
  place.replace = (parts) => ({ ...parts, corpus: { ...parts.corpus, write } })
  return place
}

const conclusion = (place: Workplace): Record<string, unknown> => {
  const [cycle = ''] = place.cycles()
  const finished = place.events(cycle).find((event) => event.event === 'step-finished' && event.step === 'conclude')
  return finished?.event === 'step-finished' ? finished.result : {}
}

describe('with corpus.writeBack', () => {
  test('a deployment puts the learnings that were trained on into the corpus, the held-out ones never', async () => {
    const written: CorpusEntry[] = []
    const place = placeThatWritesBack((entries) => Promise.resolve(void written.push(...entries)))
    await place.runToEnd()
    assert.equal((await place.state()).last_cycle?.outcome, 'DEPLOY')
    const heldOut = new Set(place.pinned().flatMap(({ learningIds }) => learningIds))
    assert.equal(written.length, 100 - heldOut.size)
    assert.ok(written.every(({ id }) => !heldOut.has(id.replace('learning ', ''))))
    assert.ok(written.every(({ input, output, category }) => output === answerTo(input) && category === 'fixing'))
    assert.deepEqual(conclusion(place)['writtenBack'], { entries: written.length })
  })

  test('a corpus that is away holds nothing up: what is deployed is concluded, and the reason kept', async () => {
    const place = placeThatWritesBack(() => Promise.reject(new GenesisError('GI-CORPUS-AWAY', { why: 'no answer in 3 s' })))
    await place.runToEnd()
    assert.equal((await place.state()).last_cycle?.outcome, 'DEPLOY')
    assert.match(JSON.stringify(conclusion(place)['writtenBack']), /"entries":0,"problem":".*no answer in 3 s/)
  })

  test('without a deployment, and without the option, nothing is written', async () => {
    const refuse = (): Promise<void> => Promise.reject(new Error('written'))
    const unmended = placeThatWritesBack(refuse)
    unmended.mind = () => false
    await unmended.runToEnd()
    assert.notEqual((await unmended.state()).last_cycle?.outcome, 'DEPLOY')
    const off = placeThatWritesBack(refuse, { corpus: { kind: 'weaviate' } })
    await off.runToEnd()
    assert.equal((await off.state()).last_cycle?.outcome, 'DEPLOY')
    assert.equal(conclusion(off)['writtenBack'], undefined)
  })
})
