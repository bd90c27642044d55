import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { writeHuggingFaceFolder } from '../../scripts/trainers/hugging-face-folder.ts'
import { trainerPackages } from '../../src/python/packages.ts'
import { packageRoot } from '../../src/system/package-root.ts'
import { pythonPlace } from '../../src/trainers/python-place.ts'
import { programProblems, templateProblems } from '../../src/trainers/python-problems.ts'

const root = mkdtempSync(path.join(tmpdir(), 'genesis-problems-'))
after(() => rmSync(root, { recursive: true, force: true }))

test('a trainer that is not there, or of a version that was not tried, is named with what mends it', async () => {
  const python = path.join(root, 'bin', 'python')
  const wanted = trainerPackages.llamafactory
  const found = async (): Promise<[string, string][]> => {
    const { version } = await pythonPlace(python, wanted, {})
    return programProblems(version, { name: 'llamafactory', python, wanted, place: null }).map(({ code, what }) => [code, what])
  }
  assert.deepEqual(await found(), [['GI-TRAINER-MISSING', `LLaMA-Factory is not installed for ${python}.`]])
  mkdirSync(path.dirname(python))
  writeFileSync(python, '')
  const packages = path.join(root, 'lib', 'python3.12', 'site-packages')
  mkdirSync(path.join(packages, 'llamafactory-0.9.4.dist-info'), { recursive: true })
  assert.deepEqual(await found(), [
    ['GI-TRAINER-VERSION', 'LLaMA-Factory is 0.9.4; this program works with 0.9.5 and later ones below 0.10.'],
  ])
  rmSync(packages, { recursive: true })
  mkdirSync(path.join(packages, 'llamafactory-0.9.6.dist-info'), { recursive: true })
  assert.deepEqual(await found(), [])
})

test('a chat template that can not be followed is found before anything is trained', async () => {
  const [base, folder] = [path.join(packageRoot(), 'data', 'demo', 'base-f16.gguf'), path.join(root, 'hf')]
  await writeHuggingFaceFolder(base, folder)
  assert.deepEqual(await templateProblems(folder, base), [])
  writeFileSync(path.join(folder, 'chat_template.jinja'), "{{ raise_exception('no') }}")
  const [problem] = await templateProblems(folder, base)
  assert.equal(problem?.code, 'GI-MODEL-FOLDER')
  assert.match(problem.what, /^The chat template of the model could not be followed\..* user, assistant$/)
})
