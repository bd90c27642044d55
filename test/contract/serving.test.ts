import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after } from 'node:test'
import { directoryServing } from '../../src/serving/directory.ts'
import { homeAt } from '../../src/state/home.ts'
import { makeArtefact } from '../fakes/release.ts'
import { servingContract } from './serving-contract.ts'

const made: string[] = []
after(() => Promise.all(made.map((directory) => rm(directory, { recursive: true, force: true }))))

servingContract('the directory target', async () => {
  const home = homeAt(await mkdtemp(path.join(tmpdir(), 'genesis-serving-')))
  made.push(home.root)
  let artefacts = 0
  return {
    serving: directoryServing(home),
    async makeArtefact(name, content) {
      artefacts += 1
      const directory = path.join(home.cycles, `attempt-${artefacts}`)
      await makeArtefact(directory, name, content)
      return directory
    },
  }
})
