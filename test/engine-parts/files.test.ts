import assert from 'node:assert/strict'
import { mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, describe, test } from 'node:test'
import { findCheckpoint, keepCheckpoint, offerCheckpoint } from '../../src/engine/checkpoint.ts'
import { defaultEngineDirectory, enginePaths } from '../../src/engine/engine-directory.ts'
import { runtimePackage } from '../../src/engine/packages.ts'

const root = await mkdtemp(path.join(tmpdir(), 'genesis-engine-parts-'))
after(() => rm(root, { recursive: true, force: true }))

describe('where the engine lies', () => {
  test('by default in the cache directory of the user, as the platform has it', () => {
    const at = (environment: Record<string, string>, platform: string): string =>
      defaultEngineDirectory(environment, platform).replaceAll('\\', '/')
    assert.equal(at({ HOME: '/home/a' }, 'linux'), '/home/a/.cache/genesis-improve/engine')
    assert.equal(at({ HOME: '/home/a', XDG_CACHE_HOME: '/cache' }, 'linux'), '/cache/genesis-improve/engine')
    assert.equal(at({ HOME: '/home/a', XDG_CACHE_HOME: '' }, 'linux'), '/home/a/.cache/genesis-improve/engine')
    assert.equal(at({ HOME: '/Users/a' }, 'darwin'), '/Users/a/Library/Caches/genesis-improve/engine')
    assert.equal(at({ USERPROFILE: '/u', LOCALAPPDATA: '/u/local' }, 'win32'), '/u/local/genesis-improve/engine')
  })

  test('each platform has its own package with the runtime; one without is refused for good', () => {
    assert.equal(runtimePackage('linux', 'x64'), 'bare-runtime-linux-x64')
    assert.match(enginePaths('/e', 'win32', 'x64').runtime, /bare-runtime-win32-x64.bin.bare\.exe$/)
    assert.throws(() => runtimePackage('aix', 'ppc64'), { code: 'GI-ENGINE-INSTALL', temporary: false })
  })
})

/** What the engine leaves after a step. */
async function engineState(directory: string, content: string): Promise<void> {
  const made = path.join(directory, 'checkpoint_step_00000001')
  await mkdir(made, { recursive: true })
  await writeFile(path.join(made, 'model.gguf'), content)
  await writeFile(path.join(made, 'optimizer.gguf'), `moments ${content}`)
  await writeFile(
    path.join(made, 'metadata.txt'),
    'epoch=0\nlora_rank=16\nglobal_step=1\ncurrent_step=1\nresume_epoch=-1\nresume_batch=-1\n',
  )
}

async function afterSteps(name: string, steps: number): Promise<{ engine: string; kept: string }> {
  const [engine, kept] = [path.join(root, name, 'engine'), path.join(root, name, 'kept')]
  for (let step = 1; step <= steps; step += 1) {
    await engineState(engine, `step ${step}`)
    await keepCheckpoint(engine, kept, step, 'inputs')
  }
  return { engine, kept }
}

describe('checkpoints', () => {
  test('the two newest are kept, and the newest is found', async () => {
    const { kept } = await afterSteps('two', 4)
    assert.deepEqual((await readdir(kept)).sort(), ['step-00000003', 'step-00000004'])
    assert.deepEqual(await findCheckpoint(kept, 'inputs'), { step: 4, directory: path.join(kept, 'step-00000004') })
  })

  test('one that was cut short is passed over and removed', async () => {
    const { kept } = await afterSteps('cut', 3)
    await truncate(path.join(kept, 'step-00000003', 'optimizer.gguf'), 3)
    assert.equal((await findCheckpoint(kept, 'inputs'))?.step, 2)
    assert.deepEqual(await readdir(kept), ['step-00000002'])
  })

  test('those of another training are removed', async () => {
    const { kept } = await afterSteps('other', 2)
    assert.equal(await findCheckpoint(kept, 'other inputs'), undefined)
    assert.deepEqual(await readdir(kept), [])
    assert.equal(await findCheckpoint(path.join(root, 'nowhere'), 'inputs'), undefined)
  })

  test('the engine is offered one as the state before the first conversation of a dataset, or an empty place', async () => {
    const { engine, kept } = await afterSteps('offered', 2)
    await offerCheckpoint(await findCheckpoint(kept, 'inputs'), engine)
    const offered = path.join(engine, 'pause_checkpoint_step_00000001')
    assert.deepEqual(await readdir(engine), ['pause_checkpoint_step_00000001'])
    assert.equal(await readFile(path.join(offered, 'model.gguf'), 'utf8'), 'step 2')
    const metadata = await readFile(path.join(offered, 'metadata.txt'), 'utf8')
    for (const line of ['lora_rank=16', 'global_step=0', 'current_step=0', 'resume_epoch=0', 'resume_batch=-1'])
      assert.match(metadata, new RegExp(`^${line}$`, 'm'))
    // The engine removes what it was offered; ours must stay.
    await rm(offered, { recursive: true })
    assert.equal((await findCheckpoint(kept, 'inputs'))?.step, 2)
    await offerCheckpoint(undefined, engine)
    assert.deepEqual(await readdir(engine), [])
  })

  test('an engine that left no state is noticed', async () => {
    await assert.rejects(keepCheckpoint(path.join(root, 'empty'), path.join(root, 'kept'), 1, 'inputs'), /left no state/)
  })
})
