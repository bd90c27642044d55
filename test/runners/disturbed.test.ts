import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after } from 'node:test'
import { describeCampaign } from './campaign.ts'

/** Every call, with GENESIS_CAMPAIGN=whole; some minutes. */
const calls = process.env['GENESIS_CAMPAIGN'] === 'whole' ? Array.from({ length: 10 }, (_, index) => index + 1) : [3, 6]

// Whatever ssh is told is done on this machine: quick enough to be disturbed at every call.
const directory = mkdtempSync(path.join(tmpdir(), 'genesis-disturbed-'))
after(() => rmSync(directory, { recursive: true, force: true }))
const ground = { runner: { kind: 'ssh', host: 'forge', directory }, ssh: 'eval "line=\\${$#}"; sh -c "$line"' }

describeCampaign('a training on another machine', () => ground, calls)
