import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { allDocuments, proseOf, readDocument, root } from './documents.ts'
import type { Document } from './documents.ts'

const documents = allDocuments()

/** The anchors that GitHub makes of headings. */
function anchorsOf(document: Document): Set<string> {
  const headings = [...proseOf(document).matchAll(/^#+ (.*)$/gm)].map((match) => match[1] ?? '')
  return new Set(
    headings.map((heading) =>
      heading
        .replaceAll(/[`*]/g, '')
        .toLowerCase()
        .replaceAll(/[^\p{Letter}\p{Number} _-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  )
}

test('every relative link leads to a file, and its anchor to a heading', () => {
  for (const document of documents) {
    for (const [, target = ''] of proseOf(document).matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^https?:/.test(target)) continue
      const [file = '', anchor] = target.split('#')
      const found = file === '' ? document.file : path.join(path.dirname(document.file), file)
      assert.ok(existsSync(path.join(root, found)), `${document.file}: ${target}`)
      if (anchor !== undefined) assert.ok(anchorsOf(readDocument(found)).has(anchor), `${document.file}: ${target}`)
    }
  }
})

test('no document names a directory of a machine or the host of a registry', () => {
  const units = readdirSync(path.join(root, 'systemd')).map((name) => readDocument(path.join('systemd', name)))
  const recorded = ['docs/assets/demo-transcript.txt', 'docs/assets/demo.svg'].map(readDocument)
  const forbidden = /(?<![\w.~$}])\/(root|work|tmp|home|Users|mnt|srv)\/\w|registry\.|npmjs\.|pypi\.|\bmirror\b/
  for (const { file, text } of [...documents, ...units, ...recorded]) assert.doesNotMatch(text, forbidden, file)
})

test('the picture in README is made from the transcript beside it', () => {
  const directory = mkdtempSync(path.join(tmpdir(), 'genesis-picture-'))
  try {
    const [transcript, picture] = ['docs/assets/demo-transcript.txt', path.join(directory, 'demo.svg')]
    const { status, stderr } = spawnSync(process.execPath, ['scripts/make-demo-picture.js', transcript, picture], {
      cwd: root,
      encoding: 'utf8',
    })
    assert.equal(status, 0, stderr)
    assert.equal(readFileSync(picture, 'utf8'), readDocument('docs/assets/demo.svg').text)
    assert.equal(readFileSync(path.join(directory, 'demo-transcript.txt'), 'utf8'), readDocument(transcript).text)
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
})

const analyze = spawnSync('systemd-analyze', ['--version']).status === 0

test('systemd finds nothing to complain of in the units', { skip: analyze ? false : 'systemd-analyze is not installed' }, () => {
  const units = readdirSync(path.join(root, 'systemd')).map((name) => path.join('systemd', name))
  assert.ok(units.length >= 2)
  const { status, stderr } = spawnSync('systemd-analyze', ['verify', ...units], { cwd: root, encoding: 'utf8' })
  assert.equal(status, 0, stderr)
  // Unknown settings are only warned of.
  const about = stderr.split('\n').filter((line) => line.includes('genesis-improve'))
  assert.deepEqual(about, [])
})
