import assert from 'node:assert/strict'
import { chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, test } from 'node:test'
import type { TestContext } from 'node:test'
import { MetadataValue } from '../../src/gguf/metadata.ts'
import { writeGguf } from '../../src/gguf/writer.ts'
import type { Home } from '../../src/state/home.ts'
import { packageRoot } from '../../src/system/package-root.ts'
import { crashingEngine } from './fake-engine.ts'
import { canChangeUser, corrections, failing, genesisJson, temporaryDirectory, temporaryHome } from './program.ts'

const demoBase = path.join(packageRoot(), 'data', 'demo', 'base-f16.gguf')
const baseOf = (home: Home): string => path.join(home.root, 'base.gguf')

/** A home in which a cycle is due and everything but the base is there. */
function dueHome(t: TestContext): { home: Home; options: { environment: Record<string, string> } } {
  const home = temporaryHome(t, { learnings: corrections(100), config: { base: { gguf: 'base.gguf' } } })
  return { home, options: { environment: { GENESIS_ENGINE_DIR: crashingEngine(temporaryDirectory(t)) } } }
}

/** A whole model of one tensor. */
async function writeBase(file: string, architecture: string, fileType: number, type: 'F32' | 'IQ4_XS' = 'F32'): Promise<void> {
  const metadata = new Map([
    ['general.architecture', MetadataValue.text(architecture)],
    ['general.file_type', MetadataValue.uint32(fileType)],
  ])
  const data = async function* () {
    yield new Uint8Array(type === 'F32' ? 4 * 256 : 136)
  }
  await writeGguf(file, { version: 3, alignment: 32, metadata, tensors: [{ name: 'output.weight', shape: [256], type }] }, data())
}

const whole = readFileSync(demoBase)

describe('a base that cannot be used: exit 10 before a cycle is opened, status names it, and a good one goes on', () => {
  for (const [what, spoil, errorCode, named] of [
    ['missing', () => undefined, 'GI-BASE-UNREADABLE', /base\.gguf/],
    ['a directory', (home: Home) => mkdirSync(baseOf(home)), 'GI-GGUF-UNREADABLE', /base\.gguf/],
    ['truncated in its header', (home: Home) => writeFileSync(baseOf(home), whole.subarray(0, 1000)), 'GI-GGUF-INVALID', /base\.gguf/],
    ['truncated in its data', (home: Home) => writeFileSync(baseOf(home), whole.subarray(0, -1000)), 'GI-GGUF-INVALID', /base\.gguf/],
    ['not GGUF', (home: Home) => writeFileSync(baseOf(home), 'a'.repeat(5000)), 'GI-GGUF-INVALID', /base\.gguf/],
    ['empty', (home: Home) => writeFileSync(baseOf(home), ''), 'GI-GGUF-INVALID', /base\.gguf/],
    [
      'of an architecture that cannot be trained',
      (home: Home) => writeBase(baseOf(home), 'mamba', 0),
      'GI-BASE-UNSUPPORTED',
      /architecture mamba/,
    ],
    // 30 is IQ4_XS (llama.h, enum llama_ftype), which is neither trained nor made into anything that is.
    [
      'of a quantisation that cannot be trained',
      (home: Home) => writeBase(baseOf(home), 'qwen3', 30, 'IQ4_XS'),
      'GI-GGUF-UNSUPPORTED',
      /output\.weight is IQ4_XS/,
    ],
  ] as const) {
    test(what, async (t) => {
      const { home, options } = dueHome(t)
      await spoil(home)
      for (const args of [['check', '--once'], ['trigger']]) {
        const { what: said, why = '' } = await failing([...args, '--home', home.root], 10, errorCode, options)
        assert.match(`${said} ${why}`, named)
      }
      const { blockers } = await genesisJson<{ blockers: { code: string }[] }>(['status', '--home', home.root], options)
      assert.deepEqual(
        blockers.map(({ code }) => code),
        [errorCode],
      )
      assert.equal(existsSync(home.cycles), false)
      if (what === 'a directory') return
      copyFileSync(demoBase, baseOf(home))
      assert.equal((await genesisJson(['check', '--once', '--home', home.root], options))['action'], 'opened')
    })
  }

  test('not readable for this user', { skip: canChangeUser() ? false : 'needs another user' }, async (t) => {
    const { home, options } = dueHome(t)
    copyFileSync(demoBase, baseOf(home))
    chmodSync(baseOf(home), 0o000)
    chmodSync(home.root, 0o755)
    chmodSync(home.data, 0o755)
    const { blockers } = await genesisJson<{ blockers: { code: string }[] }>(['status', '--home', home.root], {
      ...options,
      unprivileged: true,
    })
    assert.equal(blockers[0]?.code, 'GI-BASE-UNREADABLE')
  })
})
