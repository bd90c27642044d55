import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Command, InvalidArgumentError } from 'commander'
import { examples, globalOptionsOf, wholeNumber, withGlobalOptions } from '../../src/commands/command.ts'

/** What `program one two` gets from this line. */
function optionsOf(...line: string[]) {
  const program = withGlobalOptions(new Command('program'))
  const two = withGlobalOptions(withGlobalOptions(program.command('one')).command('two')).action(() => undefined)
  program.parse(line, { from: 'user' })
  return globalOptionsOf(two)
}

describe('options that every command has', () => {
  test('are off unless given, but colour', () => {
    assert.deepEqual(optionsOf('one', 'two'), { json: false, quiet: false, color: true })
  })

  for (const place of [0, 1, 2]) {
    test(`count after ${['the program', 'the group', 'the command'][place] ?? ''}`, () => {
      const line = ['one', 'two']
      line.splice(place, 0, '--json', '--quiet', '--no-color', '--home', 'h')
      assert.deepEqual(optionsOf(...line), { home: 'h', json: true, quiet: true, color: false })
    })
  }

  test('the home nearest to the command is taken', () => {
    assert.equal(optionsOf('--home', 'a', 'one', '--home', 'b', 'two').home, 'b')
    assert.equal(optionsOf('--home', 'a', 'one', 'two', '--home', 'c').home, 'c')
  })
})

describe('examples', () => {
  const shown = (...lines: [string, string][]): string => {
    const command = new Command('c').configureOutput({ writeOut: (text) => (written += text) })
    let written = ''
    examples(command, lines)
    command.outputHelp()
    return written.slice(written.indexOf('\nExamples:'))
  }

  test('have their explanation beside them, in one column', () => {
    assert.equal(shown(['c', 'short'], ['c --long', 'longer']), '\nExamples:\n  c         # short\n  c --long  # longer\n')
  })

  test('have it above where a line would be wider than 80 columns', () => {
    const wide = `c ${'x'.repeat(70)}`
    assert.equal(shown(['c', 'short'], [wide, 'longer']), `\nExamples:\n  # short\n  c\n  # longer\n  ${wide}\n`)
  })
})

test('a whole number is digits within its range, and nothing else', () => {
  const read = wholeNumber(1, 100)
  assert.deepEqual([read('1'), read('100')], [1, 100])
  for (const text of ['0', '101', '1.5', '1e1', '-1', '', ' 1', 'abc', '0x10']) assert.throws(() => read(text), InvalidArgumentError, text)
})
