import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Command, Option } from 'commander'
import fc from 'fast-check'
import { homeNamedIn } from '../../src/completion/answer.ts'
import { wantedAt } from '../../src/completion/wanted.ts'
import { withGlobalOptions } from '../../src/commands/command.ts'

const program = withGlobalOptions(new Command('genesis-improve')).helpCommand(false)
const learn = withGlobalOptions(program.command('learn').description('record'))
learn.option('--input <text>', 'what was asked').addOption(new Option('--kind <kind>', 'what it is').choices(['correction', 'success']))
withGlobalOptions(program.command('show')).argument('[what]', 'a cycle or a release')
const gate = withGlobalOptions(program.command('gate').description('judge'))
gate.command('judge').requiredOption('--baseline <file>', 'results')
gate.command('list')
withGlobalOptions(program.command('evaluate')).argument('<model>').option('--against <model>', 'another')

const values = (words: string[]): string[] => wantedAt(program, words).candidates.map(({ value }) => value)

describe('what may stand at the cursor', () => {
  test('first a command', () => {
    assert.deepEqual(values(['']), ['learn', 'show', 'gate', 'evaluate'])
    assert.deepEqual(values(['--quiet', 'le']), ['learn', 'show', 'gate', 'evaluate'])
  })

  test('a command of a command, and its own options', () => {
    assert.deepEqual(values(['gate', '']), ['judge', 'list'])
    assert.deepEqual(values(['gate', 'judge', '-']), ['--baseline', '--help'])
  })

  test('options that were not given yet, where a command takes no argument or one is begun', () => {
    assert.deepEqual(values(['learn', '']), ['--home', '--json', '--quiet', '--no-color', '--log-format', '--input', '--kind', '--help'])
    assert.deepEqual(values(['learn', '--input', 'x', '--quiet', '--']), [
      '--home',
      '--json',
      '--no-color',
      '--log-format',
      '--kind',
      '--help',
    ])
  })

  test('the choices of an option, after it and behind its sign', () => {
    assert.deepEqual(values(['learn', '--kind', '']), ['correction', 'success'])
    const behind = wantedAt(program, ['learn', '--kind=co'])
    assert.deepEqual([behind.candidates.map(({ value }) => value), behind.typed], [['correction', 'success'], 'co'])
  })

  test('nothing where a text of the user is meant', () => {
    assert.deepEqual(wantedAt(program, ['learn', '--input', '']), { candidates: [], names: [], paths: 'none', typed: '' })
    assert.deepEqual(wantedAt(program, ['show', 'cycle-1', '']).names, [])
  })

  test('cycles, releases, files and directories by the word that stands for them', () => {
    assert.deepEqual(wantedAt(program, ['show', '']).names, ['cycles', 'releases'])
    assert.deepEqual([wantedAt(program, ['evaluate', '']).names, wantedAt(program, ['evaluate', '']).paths], [['releases'], 'files'])
    assert.equal(wantedAt(program, ['evaluate', 'a', '--against', '']).paths, 'files')
    assert.equal(wantedAt(program, ['gate', 'judge', '--baseline', '']).paths, 'files')
    assert.equal(wantedAt(program, ['--home', '']).paths, 'directories')
  })

  test('a value is no command, and after -- nothing is an option', () => {
    assert.deepEqual(values(['--home', 'gate', 'learn', '--kind', '']), ['correction', 'success'])
    assert.deepEqual(wantedAt(program, ['show', '--', '-']).names, ['cycles', 'releases'])
  })

  test('never fails, whatever the words', () => {
    const word = fc.oneof(fc.constantFrom('learn', 'gate', 'judge', '--', '-', '--kind', '--kind=', '--home', '=', ''), fc.string())
    fc.assert(fc.property(fc.array(word), (words) => void wantedAt(program, words)))
  })
})

test('the home that the words name, with the tilde that the shell would replace', () => {
  assert.equal(homeNamedIn(['status', '--home', '~/genesis', ''], '/home/ada'), '/home/ada/genesis')
  assert.equal(homeNamedIn(['--home=here', 'show', ''], '/home/ada'), 'here')
  assert.equal(homeNamedIn(['status', '--home'], '/home/ada'), undefined)
  assert.equal(homeNamedIn(['status', ''], '/home/ada'), undefined)
})
