import assert from 'node:assert/strict'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, describe, test } from 'node:test'
import { commandDigest } from '../../src/system/command-digest.ts'
import { scoreItems } from '../../src/evaluation/grade-answers.ts'
import { EvaluationItem } from '../../src/evaluation/item.ts'

const homeRoot = mkdtempSync(path.join(tmpdir(), 'genesis-graders-'))
after(() => rmSync(homeRoot, { recursive: true }))

async function scoreOf(item: object, text: string, commands = {}): Promise<number | undefined> {
  const parsed = EvaluationItem.parse({ id: 'one', input: 'q', expected: 'x', ...item })
  const [scored] = await scoreItems([parsed], new Map([['one', { id: 'one', text, finish: 'stop' }]]), { commands, homeRoot })
  return scored?.score
}

describe('json-schema', () => {
  const schema = { type: 'object', required: ['city'], properties: { city: { type: 'string' }, people: { type: 'integer', minimum: 0 } } }
  const of = async (answer: string, expected: unknown = schema): Promise<number | undefined> =>
    await scoreOf({ expected: JSON.stringify(expected), grader: { kind: 'json-schema' } }, answer)

  test('is right when the answer is JSON that the schema allows, also in a fenced block', async () => {
    assert.equal(await of('{"city": "Bern", "people": 134591}'), 1)
    assert.equal(await of('```json\n{"city": "Bern"}\n```'), 1)
  })

  test('is wrong for other JSON, for none, and for an empty answer', async () => {
    for (const answer of ['{"people": 3}', '{"city": 3}', '{"city": "Bern", "people": -1}', 'Bern', ''])
      assert.equal(await of(answer), 0, answer)
  })

  test('knows draft 2020-12 by its $schema', async () => {
    const tuple = { $schema: 'https://json-schema.org/draft/2020-12/schema', prefixItems: [{ type: 'string' }, { type: 'number' }] }
    assert.equal(await of('["a", 1]', tuple), 1)
    assert.equal(await of('[1, "a"]', tuple), 0)
  })

  test('what is no schema is an error, not a score', async () => {
    await assert.rejects(of('{}', { type: 'nonsense' }), { code: 'GI-ITEMS-INVALID' })
  })
})

/** A program in the home, written in shell. */
function program(name: string, script: string): { program: string; args: string[]; timeoutSeconds: number } {
  const file = path.join(homeRoot, name)
  writeFileSync(file, `#!/bin/sh\n${script}\n`)
  chmodSync(file, 0o755)
  return { program: `./${name}`, args: [], timeoutSeconds: 20 }
}

describe('command', { skip: process.platform === 'win32' }, () => {
  const graded = async (script: string, answer = 'SELECT 1', more = {}): Promise<number | undefined> =>
    await scoreOf({ grader: { kind: 'command', name: 'own' } }, answer, { own: { ...program('own.sh', script), ...more } })

  test('gets item and answer as one line of JSON, and its last line of output is the score', async () => {
    assert.equal(
      await graded('read -r line; case "$line" in *\'"expected":"x"\'*\'"answer":"SELECT 1"\'*) echo .75;; *) echo 0;; esac'),
      0.75,
    )
    assert.equal(await graded('echo thinking; echo 0.25'), 0.25)
  })

  test('without output its exit status says it: 0 right, 1 wrong', async () => {
    assert.equal(await graded('exit 0'), 1)
    assert.equal(await graded('exit 1'), 0)
    assert.equal(await graded('grep -q SELECT'), 1)
    assert.equal(await graded('grep -q SELECT', 'DELETE'), 0)
  })

  test('anything else is an error that names the item and the last words, never a score', async () => {
    for (const [script, why] of [
      ['echo 1.5', /status 0.*1\.5/],
      ['echo ten', /ten/],
      ['echo oops >&2; exit 3', /status 3.*oops/],
      ['echo 1; exit 1', /status 1/],
      ['kill -9 $$', /SIGKILL/],
    ] as const)
      await assert.rejects(graded(script), (error: { code?: string; what?: string; why?: string }) => {
        assert.equal(error.code, 'GI-GRADER-FAILED')
        assert.match(error.what ?? '', /"own" did not score item one/)
        assert.match(error.why ?? '', why)
        return true
      })
    await assert.rejects(graded('sleep 30', 'x', { timeoutSeconds: 0.2 }), { code: 'GI-GRADER-FAILED', why: 'it took longer than 0.2 s' })
    await assert.rejects(graded('exit 0', 'x', { program: './missing' }), { code: 'GI-GRADER-FAILED' })
  })

  test('one that nobody configured is named', async () => {
    await assert.rejects(scoreOf({ grader: { kind: 'command', name: 'sql' } }, 'x', { own: program('a.sh', '') }), {
      code: 'GI-ITEMS-INVALID',
      what: /"sql"/,
      why: 'configured are own',
    })
  })

  test('sees no secrets of the environment', async () => {
    process.env['WEAVIATE_API_KEY'] = 'secret'
    assert.equal(await graded('test -z "$WEAVIATE_API_KEY"'), 1)
    delete process.env['WEAVIATE_API_KEY']
  })

  test('is known by its content, its arguments and the files among them', async () => {
    const own = program('digest.sh', 'exit 0')
    writeFileSync(path.join(homeRoot, 'rules.txt'), 'one')
    const first = await commandDigest({ ...own, args: ['rules.txt'] }, homeRoot)
    assert.equal(await commandDigest({ ...own, args: ['rules.txt'] }, homeRoot), first)
    assert.notEqual(await commandDigest({ ...own, args: ['other.txt'] }, homeRoot), first)
    writeFileSync(path.join(homeRoot, 'rules.txt'), 'two')
    assert.notEqual(await commandDigest({ ...own, args: ['rules.txt'] }, homeRoot), first)
    writeFileSync(path.join(homeRoot, 'digest.sh'), '#!/bin/sh\nexit 1\n')
    assert.notEqual(await commandDigest(own, homeRoot), await commandDigest(program('digest2.sh', 'exit 0'), homeRoot))
  })
})
