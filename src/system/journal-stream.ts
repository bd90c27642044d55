import { fstatSync } from 'node:fs'

/**
 * Whether a stream goes into systemd's journal: JOURNAL_STREAM holds its device and inode (systemd.exec(5)). The variable alone says nothing; a
 * terminal that a service started has it too.
 */
export function isJournal(journalStream: string | undefined, fileDescriptor: number): boolean {
  if (journalStream === undefined) return false
  const { dev, ino } = fstatSync(fileDescriptor, { bigint: true })
  return journalStream === `${dev}:${ino}`
}
