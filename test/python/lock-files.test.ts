import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import test from 'node:test'
import { trainerPackages } from '../../src/python/packages.ts'
import { packageRoot } from '../../src/system/package-root.ts'

for (const [name, { distribution, version }] of Object.entries(trainerPackages))
  test(`the lock file of ${name} comes with the program: exact versions, each with its hashes, and no place to fetch from`, () => {
    const text = readFileSync(path.join(packageRoot(), 'data', 'trainers', `${name}.txt`), 'utf8')
    const pins = text
      .replaceAll('\\\n', ' ')
      .split('\n')
      .filter((line) => /^[a-z0-9]/i.test(line))
    for (const pin of pins) assert.match(pin, /^[\w.-]+==\S+ .*--hash=sha256:[0-9a-f]{64}/)
    assert.ok(pins.some((pin) => pin.replaceAll('-', '_').startsWith(`${distribution}==${version} `)))
    assert.doesNotMatch(text, /:\/\//)
  })
