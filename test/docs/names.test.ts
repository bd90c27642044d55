import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, test } from 'node:test'
import { Command } from 'commander'
import { withGlobalOptions } from '../../src/commands/command.ts'
import type { CommandModule } from '../../src/commands/command.ts'
import { configJsonSchema } from '../../src/config/json-schema.ts'
import { errorTable, exitCodes } from '../../src/errors.ts'
import { steps } from '../../src/cycle/step.ts'
import { graderNames } from '../../src/evaluation/graders.ts'
import { unusableReasons } from '../../src/learnings/usability.ts'
import { State } from '../../src/state/state.ts'
import { allDocuments, blocksOf, codeLinesOf, inlineCodeOf, readDocument, root } from './documents.ts'

// docs/design.md is about the whole plan, so it names what is not built yet.
const documents = allDocuments().filter(({ file }) => file !== 'docs/design.md')
const cycleDocument = readDocument('docs/SELF_IMPROVEMENT_CYCLE.md')
const textOf = (room: string): string =>
  readdirSync(path.join(root, room), { recursive: true })
    .map(String)
    .filter((file) => file.endsWith('.ts'))
    .map((file) => readFileSync(path.join(root, room, file), 'utf8'))
    .join('\n')
const [sources, tests] = [textOf('src'), textOf('test')]

/** Every command as it is declared, and the options that all have. */
async function declaredCommands(): Promise<{ commands: Map<string, Command>; common: Set<string> }> {
  const commands = new Map<string, Command>()
  for (const file of readdirSync(path.join(root, 'src', 'commands'))) {
    const name = path.basename(file, '.ts')
    if (name === 'command') continue
    const module = (await import(`../../src/commands/${file}`)) as CommandModule
    const command = new Command(name)
    module.configure(command, () => async () => undefined)
    commands.set(name, command)
  }
  return { commands, common: new Set([...optionsOf(withGlobalOptions(new Command())), '--help', '--version']) }
}

const optionsOf = (command: Command): string[] => command.options.flatMap(({ long }) => long ?? [])

/** A line of code as words; what stands in quotes is one word, and the line ends where another command or a comment begins. */
const wordsOf = (code: string): string[] => (/^[^|;&#>]*/.exec(code.replaceAll(/"[^"]*"|'[^']*'/g, '""'))?.[0] ?? '').trim().split(/\s+/)

describe('what the documents name exists', async () => {
  const { commands, common } = await declaredCommands()
  const anyOption = new Set([...common, ...[...commands.values()].flatMap((one) => [one, ...one.commands]).flatMap(optionsOf)])

  function wrongIn(code: string): string | undefined {
    const words = wordsOf(code)
    const called = words.findIndex((word) => word === 'genesis-improve')
    const [first = '', ...rest] = words.slice(called + 1)
    // What follows a bare "--" is handed to a script of npm.
    if (called === -1 && !commands.has(first)) return /^--./.test(first) && !anyOption.has(first) ? `option ${first}` : undefined
    if (first === '' || first.startsWith('--')) return undefined
    let command = commands.get(first)
    if (command === undefined) return `command ${first}`
    const [second] = rest
    const inner = command.commands.find((one) => one.name() === second)
    if (command.commands.length > 0 && second !== undefined && inner === undefined) return `command ${first} ${second}`
    command = inner ?? command
    const known = new Set([...common, ...optionsOf(command)])
    const unknown = rest.find((word) => word.startsWith('--') && !known.has(word))
    return unknown === undefined ? undefined : `option ${unknown} of ${command.name()}`
  }

  test('the check itself sees what is wrong', () => {
    assert.equal(wrongIn('genesis-improve chekc --once'), 'command chekc')
    assert.equal(wrongIn('genesis-improve check --onec'), 'option --onec of check')
    assert.equal(wrongIn('learn --knd success'), 'option --knd of learn')
    assert.equal(wrongIn('genesis-improve gate jugde'), 'command gate jugde')
    assert.equal(wrongIn('--untill-idle'), 'option --untill-idle')
    assert.equal(wrongIn('X=1 genesis-improve check --once --home a | grep --color b'), undefined)
  })

  test('every command and option', () => {
    for (const document of documents)
      for (const code of codeLinesOf(document)) assert.equal(wrongIn(code), undefined, `${document.file}: ${code}`)
  })

  test('every script that is run with npm', () => {
    const { scripts } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as { scripts: Record<string, string> }
    for (const document of documents)
      for (const code of codeLinesOf(document))
        for (const [, name = ''] of code.matchAll(/npm run ([a-z:]+)/g)) assert.ok(name in scripts, `${document.file}: npm run ${name}`)
  })

  test('every setting', () => {
    const { properties = {} } = configJsonSchema() as { properties?: Record<string, { properties?: object }> }
    const isSetting = new RegExp(`^(${Object.keys(properties).join('|').replace('$', '\\$')})\\.(\\w+)$`)
    for (const document of documents) {
      for (const code of inlineCodeOf(document)) {
        const [, section = '', key = ''] = isSetting.exec(code) ?? []
        if (section === '' || /^(jsonl?|md|ts|js)$/.test(key)) continue
        assert.ok(key in (properties[section]?.properties ?? {}), `${document.file}: ${code}`)
      }
    }
  })

  test('every variable of the environment, and none is missing', () => {
    const pattern = /\b(GENESIS_[A-Z_]+|FORGE_[A-Z]+|NO_COLOR|XDG_[A-Z_]+|LOCALAPPDATA)\b/g
    for (const { file, text } of documents)
      for (const [name] of text.matchAll(pattern))
        assert.ok(sources.includes(name) || tests.includes(name), `${file}: ${name} is read nowhere`)
    const page = cycleDocument.text
    for (const [name] of sources.matchAll(/\b(GENESIS_[A-Z_]+|FORGE_HOST|NO_COLOR)\b/g))
      assert.ok(page.includes(`\`${name}\``), `${name} is not described`)
  })

  test('every error code', () => {
    for (const { file, text } of documents)
      for (const [code] of text.matchAll(/\bGI-[A-Z]+(-[A-Z]+)*\b/g)) assert.ok(code in errorTable, `${file}: ${code}`)
  })

  test('every exit code of README, and none is missing', () => {
    const table = /## Exit codes\n([^]*?)\n## /.exec(readDocument('README.md').text)?.[1] ?? ''
    const told = [...table.matchAll(/^\| (\d+)/gm)].map((match) => Number(match[1]))
    assert.deepEqual(told, Object.values(exitCodes))
  })
})

describe('the cycle document leaves nothing out', () => {
  const told = new Set(inlineCodeOf(cycleDocument))
  const rows = cycleDocument.text
  test('fields of the state', () => Object.keys(State.shape).forEach((field) => assert.ok(told.has(field), field)))
  test('steps', () => steps.forEach((step) => assert.match(rows, new RegExp(`^\\| ${step} `, 'm'))))
  test('graders', () => graderNames.forEach((grader) => assert.ok(told.has(grader), grader)))
  test('reasons why an entry cannot be used', () => {
    for (const reason of Object.keys(unusableReasons)) if (reason !== 'success') assert.ok(told.has(reason), reason)
  })
  test('reasons of the gate', () => {
    const declared =
      /export type ReasonCode =([^]*?)\n\n/.exec(readFileSync(path.join(root, 'src', 'gate', 'judgement.ts'), 'utf8'))?.[1] ?? ''
    const codes = [...declared.matchAll(/\| '([a-z-]+)'/g)].map((match) => match[1] ?? '')
    assert.ok(codes.length >= 10)
    // Behaviour checks are part of the rule, but no check reports any yet.
    for (const code of codes) if (code !== 'behaviour') assert.ok(told.has(code), code)
  })
})

test('every block says its language, and a runnable one is sh or console', () => {
  for (const document of documents) {
    for (const { language, words, line } of blocksOf(document)) {
      if (words.includes('runnable')) assert.ok(language === 'sh' || language === 'console', `${document.file} line ${line}`)
      for (const word of words) assert.match(word, /^(runnable|exit=\d+)$/, `${document.file} line ${line}`)
    }
  }
})
