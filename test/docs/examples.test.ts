import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, describe, test } from 'node:test'
import { readItems } from '../../src/evaluation/read-items.ts'
import { blocksOf, readDocument, root } from './documents.ts'
import type { Block } from './documents.ts'

/** Where the examples of one document run, one after the other: a directory of their own, the built program on the PATH, no engine. */
class Place {
  readonly start = mkdtempSync(path.join(tmpdir(), 'genesis-docs-'))
  #directory = this.start

  constructor() {
    mkdirSync(path.join(this.start, '.bin'))
    symlinkSync(path.join(root, 'bin', 'genesis-improve.js'), path.join(this.start, '.bin', 'genesis-improve'))
  }

  /** Runs shell commands where the last ones ended up. */
  run(commands: string): { exitCode: number | null; output: string } {
    const end = path.join(this.start, '.directory')
    const { status, stdout } = spawnSync('bash', ['-c', `trap 'pwd > ${end}' EXIT\nset -e\nexec 2>&1\n${commands}`], {
      cwd: this.#directory,
      encoding: 'utf8',
      env: {
        PATH: [path.join(this.start, '.bin'), path.dirname(process.execPath), process.env['PATH']].join(path.delimiter),
        HOME: this.start,
        GENESIS_ENGINE_DIR: path.join(this.start, '.engine'),
      },
    })
    this.#directory = readFileSync(end, 'utf8').trimEnd()
    return { exitCode: status, output: stdout }
  }

  remove(): void {
    rmSync(this.start, { recursive: true, force: true })
  }
}

/** A console block's commands, each with the lines that it is to print. */
function conversationOf({ text }: Block): { command: string; expected: string[] }[] {
  const turns: { command: string; expected: string[] }[] = []
  for (const line of text.split('\n')) {
    if (line.startsWith('$ ')) turns.push({ command: line.slice(2), expected: [] })
    else turns.at(-1)?.expected.push(line)
  }
  return turns
}

/** Whether the lines are as expected; an expected line of three dots stands for any number of lines. */
function fits(expected: readonly string[], lines: readonly string[]): boolean {
  const [first, ...rest] = expected
  if (first === undefined) return lines.length === 0
  if (first === '...') return Array.from({ length: lines.length + 1 }).some((_, skipped) => fits(rest, lines.slice(skipped)))
  return lines[0] === first && fits(rest, lines.slice(1))
}

function runBlock(place: Place, block: Block): void {
  const wanted = Number(block.words.find((word) => word.startsWith('exit='))?.slice('exit='.length) ?? 0)
  if (block.language === 'sh') {
    const { exitCode, output } = place.run(block.text)
    assert.equal(exitCode, wanted, output)
    return
  }
  const turns = conversationOf(block)
  for (const [index, { command, expected }] of turns.entries()) {
    const { exitCode, output } = place.run(command)
    assert.equal(exitCode, index === turns.length - 1 ? wanted : 0, `${command}\n${output}`)
    const lines = output.replace(/\n$/, '').split('\n')
    if (!fits(expected, output === '' ? [] : lines)) assert.fail(`${command} printed\n${output}\nthe document says\n${expected.join('\n')}`)
  }
}

for (const [file, least] of [
  ['README.md', 3],
  ['docs/SELF_IMPROVEMENT_CYCLE.md', 3],
  ['docs/packaging.md', 3],
  ['docs/gate.md', 5],
  ['docs/data.md', 2],
  ['docs/ollama.md', 1],
] as const) {
  describe(`the examples in ${file} do what they say`, () => {
    const place = new Place()
    after(() => place.remove())
    // The documents call the reader's own model so; any trainable model does.
    cpSync(path.join(root, 'data', 'demo', 'base-f16.gguf'), path.join(place.start, 'qwen3-0.6b-q8_0.gguf'))
    const adapters = path.join(root, 'test', 'fixtures', 'adapters')
    cpSync(path.join(adapters, 'qwen3.gguf'), path.join(place.start, 'tiny-qwen3.gguf'))
    cpSync(path.join(adapters, 'peft-plain'), path.join(place.start, 'peft-adapter'), { recursive: true })
    const blocks = blocksOf(readDocument(file)).filter(({ words }) => words.includes('runnable'))
    test('there are some', () => assert.ok(blocks.length >= least))
    for (const block of blocks) test(`line ${block.line}`, () => runBlock(place, block))
    if (file === 'docs/SELF_IMPROVEMENT_CYCLE.md') {
      test("the items of one's own that are shown can all be judged by", async () => {
        const { items } = await readItems(path.join(place.start, 'data', 'gate.jsonl'))
        assert.equal(items.length, 4)
      })
    }
  })
}
