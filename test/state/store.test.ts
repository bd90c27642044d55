import assert from 'node:assert/strict'
import { chmod, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { homeAt } from '../../src/state/home.ts'
import type { Home } from '../../src/state/home.ts'
import { readState, updateState } from '../../src/state/store.ts'
import { defaultState } from '../../src/state/state.ts'
import type { State } from '../../src/state/state.ts'
import { mountSmallDisk, onFullDisk, unmount } from '../fakes/full-disk.ts'
import { asUnprivileged } from '../fakes/unprivileged.ts'

let home: Home
beforeEach(async () => {
  home = homeAt(await mkdtemp(path.join(tmpdir(), 'genesis-state-')))
})
afterEach(() => rm(home.root, { recursive: true, force: true }))

const at = '2025-06-07T08:09:10.000Z'
const clock = { now: () => new Date(at) }
const count = (state: State): State => ({ ...state, learnings_since_training: state.learnings_since_training + 1 })
const stored = async (): Promise<unknown> => JSON.parse(await readFile(home.state, 'utf8'))

async function writeState(content: string | Uint8Array): Promise<void> {
  await mkdir(home.data, { recursive: true })
  await writeFile(home.state, content)
}

/** One deployed release and its cycle's journal. */
async function addHistory(): Promise<void> {
  const release = path.join(home.models, 'genesis-20250102-000000')
  const cycle = path.join(home.cycles, 'cycle-20250102-000000')
  await mkdir(release, { recursive: true })
  await mkdir(cycle, { recursive: true })
  const time = '2025-01-02T03:00:00.000Z'
  const record = {
    name: 'genesis-20250102-000000',
    cycle: 'cycle-20250102-000000',
    createdAt: time,
    deployedAt: time,
    rolledBackAt: null,
    improvementScore: 0.93,
  }
  await writeFile(path.join(release, 'release.json'), JSON.stringify(record))
  const events = [
    { event: 'opened', at: '2025-01-02T00:00:00.000Z' },
    { event: 'step-finished', step: 'train', attempt: 1, at: '2025-01-02T02:00:00.000Z' },
    { event: 'closed', at: time, outcome: 'DEPLOY', reasons: [], fingerprint: 'f', newly_pinned: 0, learnings_seen: 100 },
  ]
  await writeFile(path.join(cycle, 'journal.jsonl'), events.map((event) => `${JSON.stringify(event)}\n`).join(''))
}

describe('an empty home', () => {
  test('reads as the defaults, and reading creates nothing', async () => {
    assert.deepEqual(await readState(home), { state: defaultState, existed: false })
    assert.deepEqual(await readdir(home.root), [])
  })

  test('the first change creates the file, readable by this user only', async () => {
    const state = await updateState(home, count)
    assert.equal(state.learnings_since_training, 1)
    assert.deepEqual(await stored(), { ...defaultState, learnings_since_training: 1 })
    assert.deepEqual(await readState(home), { state, existed: true })
    assert.deepEqual((await readdir(home.data)).sort(), ['.lock', 'genesis_improvement_state.json'])
  })
})

describe('changing the state', () => {
  test('keeps fields that are unknown here', async () => {
    await writeState(JSON.stringify({ ...defaultState, theirs: { deep: [1] } }))
    await updateState(home, count)
    assert.deepEqual(((await stored()) as State)['theirs'], { deep: [1] })
  })

  test('writes nothing when nothing changes', async () => {
    const content = JSON.stringify(defaultState)
    await writeState(content)
    await updateState(home, (state) => state)
    assert.equal(await readFile(home.state, 'utf8'), content)
  })

  test('a change that throws or makes no sense leaves the file as it was', async () => {
    const content = JSON.stringify(defaultState)
    await writeState(content)
    await assert.rejects(updateState(home, () => assert.fail('no')))
    await assert.rejects(updateState(home, (state) => ({ ...state, training_runs: -1 })))
    assert.equal(await readFile(home.state, 'utf8'), content)
  })

  test('a file of the earlier system is brought to this version with its values', async () => {
    await writeState(
      '{"last_training_time":"2025-01-01T00:00:00","learnings_since_training":7,"current_model":"genesis-base","training_runs":1,"improvement_score":0.5,"last_check_time":null}',
    )
    await updateState(home, count)
    assert.deepEqual(await stored(), {
      ...defaultState,
      last_training_time: '2025-01-01T00:00:00.000Z',
      learnings_since_training: 8,
      training_runs: 1,
      improvement_score: 0.5,
    })
  })

  test('a file of a newer version is left alone, exit 10', async () => {
    await writeState('{"schema_version":2}')
    await assert.rejects(readState(home), { code: 'GI-STATE-NEWER', exitCode: 10 })
    await assert.rejects(updateState(home, count), { code: 'GI-STATE-NEWER' })
    assert.equal(await readFile(home.state, 'utf8'), '{"schema_version":2}')
  })
})

describe('a damaged file', () => {
  for (const content of [
    '',
    '{"learnings',
    'null',
    '[]',
    '{"schema_version":1,"training_runs":"3"}',
    '\u0000\u0000',
    Buffer.from([0xff, 0xfe]),
  ]) {
    test(`${JSON.stringify(content.toString())} is kept aside, rebuilt from releases and journals, and said`, async () => {
      await addHistory()
      await writeState(content)
      const reading = await readState(home)
      assert.equal(reading.existed, false)
      assert.match(reading.problem ?? '', /was rebuilt from releases and journals/)
      assert.deepEqual(await readFile(home.state), Buffer.from(content), 'reading changes nothing')

      const notices: string[] = []
      const state = await updateState(home, count, { clock, notice: (text) => notices.push(text) })
      const kept = `${home.state}.corrupt-20250607T080910Z`
      assert.deepEqual(await readFile(kept), Buffer.from(content))
      assert.equal(notices.length, 1)
      assert.match(notices[0] ?? '', /was rebuilt from releases and journals.*kept as/)
      assert.equal(state.current_model, 'genesis-20250102-000000')
      assert.equal(state.training_runs, 1)
      assert.equal(state.last_training_time, '2025-01-02T02:00:00.000Z')
      assert.equal(state.improvement_score, 0.93)
      assert.equal(state.last_cycle?.outcome, 'DEPLOY')
      assert.equal(state.rebuilt?.at, at)
      assert.equal(state.rebuilt.kept_as, kept)
      assert.deepEqual(await readState(home), { state, existed: true })
    })
  }

  test('in a home without any history becomes the defaults, and that is said', async () => {
    await writeState('null')
    assert.match((await readState(home)).problem ?? '', /neither releases nor cycles/)
    const notices: string[] = []
    const { rebuilt, ...state } = await updateState(home, count, { clock, notice: (text) => notices.push(text) })
    assert.equal(rebuilt?.because, 'it holds no object')
    assert.deepEqual({ ...state, rebuilt: null }, { ...defaultState, learnings_since_training: 1 })
    assert.equal(notices.length, 1)
  })

  test('kept aside twice in one second overwrites nothing', async () => {
    for (const content of ['first', 'second']) {
      await writeState(content)
      await updateState(home, count, { clock })
    }
    const kept = (await readdir(home.data)).filter((name) => name.includes('.corrupt-')).sort()
    assert.deepEqual(await Promise.all(kept.map((name) => readFile(path.join(home.data, name), 'utf8'))), ['first', 'second'])
  })

  test('that is a directory, or far too big, is kept aside too', async () => {
    await mkdir(home.state, { recursive: true })
    assert.equal((await updateState(home, count, { clock })).rebuilt?.because, 'it is not a regular file')
    await writeState(Buffer.alloc((16 << 20) + 1, 0x20))
    assert.equal((await updateState(home, count, { clock })).rebuilt?.because, 'it has 16777217 bytes')
  })

  test('a missing file in a home with history is rebuilt, not defaulted', async () => {
    await addHistory()
    assert.match((await readState(home)).problem ?? '', /it is gone/)
    const state = await updateState(home, count, { clock })
    assert.equal(state.current_model, 'genesis-20250102-000000')
    assert.equal(state.rebuilt?.kept_as, null)
  })

  for (const [name, spoil] of [
    ['a journal is damaged', () => writeFile(path.join(home.cycles, 'cycle-20250102-000000', 'journal.jsonl'), 'x\n')],
    [
      'a journal is gone',
      async () => {
        await rm(path.join(home.cycles, 'cycle-20250102-000000', 'journal.jsonl'))
        await writeFile(path.join(home.cycles, 'cycle-20250102-000000', 'manifest.json'), '{}')
      },
    ],
    ['a release record is damaged', () => writeFile(path.join(home.models, 'genesis-20250102-000000', 'release.json'), '{"name":')],
    ['a release record is gone', () => rm(path.join(home.models, 'genesis-20250102-000000', 'release.json'))],
  ] as const) {
    test(`and ${name}: nothing is guessed and nothing is changed, exit 10`, async () => {
      await addHistory()
      await spoil()
      await writeState('')
      await assert.rejects(readState(home), { code: 'GI-STATE-UNREADABLE', exitCode: 10 })
      await assert.rejects(updateState(home, count), { code: 'GI-STATE-UNREADABLE' })
      assert.equal(await readFile(home.state, 'utf8'), '')
    })
  }

  test('a directory that a crash left before its cycle was opened is no lost history', async () => {
    await mkdir(path.join(home.cycles, 'cycle-20250102-000000'), { recursive: true })
    await writeState('')
    assert.equal((await updateState(home, count)).learnings_since_training, 1)
  })
})

describe('what the system refuses', () => {
  test('a read-only home can be read, and a change says that it can not be written', async () => {
    await updateState(home, count)
    await chmod(home.root, 0o755)
    await chmod(home.data, 0o555)
    await chmod(home.state, 0o444)
    await asUnprivileged(async () => {
      assert.equal((await readState(home)).state.learnings_since_training, 1)
      await assert.rejects(updateState(home, count), { code: 'GI-HOME-READ-ONLY', exitCode: 10 })
    })
    await chmod(home.data, 0o755)
  })

  test('a file this user may not read is not damaged: it stays where it is, exit 10', async () => {
    await updateState(home, count)
    await chmod(home.root, 0o755)
    await chmod(home.data, 0o755)
    await chmod(home.state, 0o000)
    await asUnprivileged(() => assert.rejects(readState(home), { code: 'GI-STATE-UNREADABLE', exitCode: 10 }))
  })

  test('a full disk is a temporary error, exit 12; the old state stands and no rubbish is left', async () => {
    await updateState(home, count)
    await onFullDisk(() => assert.rejects(updateState(home, count), { code: 'GI-DISK-FULL', exitCode: 12, temporary: true }))
    assert.equal((await readState(home)).state.learnings_since_training, 1)
    assert.deepEqual((await readdir(home.data)).sort(), ['.lock', 'genesis_improvement_state.json'])
    assert.equal((await updateState(home, count)).learnings_since_training, 2)
  })

  test('a real full disk does the same', async (context) => {
    const disk = path.join(home.root, 'disk')
    await mkdir(disk)
    if (!mountSmallDisk(disk, '64k')) return context.skip('mounting needs root')
    try {
      const small = homeAt(disk)
      await updateState(small, count)
      await writeFile(path.join(disk, 'filler'), Buffer.alloc(1 << 20)).catch(() => undefined)
      await assert.rejects(updateState(small, count), { code: 'GI-DISK-FULL', exitCode: 12 })
      assert.equal((await readState(small)).state.learnings_since_training, 1)
      await rm(path.join(disk, 'filler'))
      assert.equal((await updateState(small, count)).learnings_since_training, 2)
    } finally {
      unmount(disk)
    }
  })
})
