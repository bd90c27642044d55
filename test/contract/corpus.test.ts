import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after } from 'node:test'
import { openJsonlCorpus } from '../../src/corpora/jsonl.ts'
import type { CorpusEntry } from '../../src/corpora/port.ts'
import { describeCorpus } from './corpus-contract.ts'

const directory = await mkdtemp(path.join(tmpdir(), 'corpus-contract-'))
after(() => rm(directory, { recursive: true, force: true }))
let files = 0

describeCorpus('jsonl', {
  async holding(entries: readonly CorpusEntry[], unusable: number) {
    const file = path.join(directory, `${(files += 1)}.jsonl`)
    const broken = ['{"input": "cut sho', '{"input":"no answer"}', '17'].slice(0, unusable)
    const lines = entries.flatMap((entry, index) => [JSON.stringify(entry), ...broken.slice(index, index + 1)])
    await writeFile(file, lines.join('\n'))
    return openJsonlCorpus({ file })
  },
  async empty() {
    return openJsonlCorpus({ file: path.join(directory, 'missing.jsonl') })
  },
  async unreadable() {
    return openJsonlCorpus({ file: directory })
  },
})
