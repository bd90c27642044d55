import assert from 'node:assert/strict'
import path from 'node:path'
import { test } from 'node:test'
import type { Finding } from '../../src/doctor/finding.ts'
import { packageRoot } from '../../src/system/package-root.ts'
import { genesis, genesisJson, temporaryHome } from './program.ts'

const gguf = path.join(packageRoot(), 'data', 'demo', 'base-f16.gguf')

test('trainer status names each trainer, what is there and what would be installed', async () => {
  const { trainers } = await genesisJson<{ trainers: { name: string; installed: boolean; version: string | null }[] }>([
    'trainer',
    'status',
  ])
  assert.deepEqual(
    trainers.map(({ name, installed, version }) => [name, installed, version]),
    [
      ['mlx', false, null],
      ['trl', false, null],
      ['llamafactory', false, null],
    ],
  )
  const { stdout, code } = await genesis(['trainer', 'status'])
  assert.match(stdout, /MLX-LM is not installed: "genesis-improve trainer install mlx"/)
  assert.equal(code, 0)
})

test('trainer install knows what it can install', async () => {
  const { code, stderr } = await genesis(['trainer', 'install', 'nothing'])
  assert.equal(code, 2)
  assert.match(stderr, /"nothing" is none of mlx, trl, llamafactory/)
})

test('doctor says of a trainer that it is not installed, and of its model that it is not there', async (t) => {
  const home = temporaryHome(t, { config: { base: { gguf }, trainer: { kind: 'mlx', model: 'missing', extra: { optimiser: 'adamw' } } } })
  const { findings } = await genesisJson<{ findings: Finding[] }>(['doctor', '--home', home.root], { code: 10 })
  const found = findings.filter(({ name }) => name === 'trainer')
  assert.deepEqual(
    found.map(({ code }) => code),
    ['GI-TRAINER-MISSING', 'GI-TRAINER-SETTING', 'GI-MODEL-FOLDER'],
  )
  assert.match(found[0]?.remedy ?? '', /genesis-improve trainer install mlx/)
})

test('a trainer that needs a model folder is refused without one', async (t) => {
  const home = temporaryHome(t, { config: { base: { gguf }, trainer: { kind: 'trl' } } })
  const { code, stderr } = await genesis(['status', '--home', home.root])
  assert.equal(code, 10)
  assert.match(stderr, /trainer\.model is missing; needed: the folder with the base/)
})
