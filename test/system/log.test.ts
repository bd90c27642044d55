import assert from 'node:assert/strict'
import { fstatSync } from 'node:fs'
import { test } from 'node:test'
import { isJournal } from '../../src/system/journal-stream.ts'
import { jsonLog } from '../../src/system/log.ts'

const clock = { now: () => new Date(Date.UTC(2026, 0, 31, 14, 5)) }

test('a line has level, time, cycle, step and message, and none of the fields that hold secrets', () => {
  const lines: string[] = []
  const log = jsonLog(
    { write: (line) => void lines.push(line) },
    { clock, conceal: (text) => text.replaceAll('hunter2hunter', '[secret]') },
  )
  const at = { cycle: 'cycle-20260131-140500', step: 'train' }
  log({ level: 'warn', event: 'note', ...at, message: 'said hunter2hunter', token: 'x', server: { apiKey: 'y', host: 'h' } })
  const expected = {
    ...{ level: 'warn', time: '2026-01-31T14:05:00.000Z', event: 'note', ...at, message: 'said [secret]' },
    ...{ token: '[secret]', server: { apiKey: '[secret]', host: 'h' } },
  }
  assert.equal(lines.length, 1)
  assert.ok(lines[0]?.endsWith('}\n'))
  assert.deepEqual(JSON.parse(lines[0] ?? ''), expected)
})

test("a stream is the journal's when JOURNAL_STREAM holds its device and inode", () => {
  const { dev, ino } = fstatSync(0, { bigint: true })
  assert.equal(isJournal(`${dev}:${ino}`, 0), true)
  assert.equal(isJournal(`${dev}:${ino + 1n}`, 0), false)
  assert.equal(isJournal(undefined, 0), false)
})
