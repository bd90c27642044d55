import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, test } from 'node:test'
import type { TestContext } from 'node:test'
import { packageRoot } from '../../src/system/package-root.ts'
import { genesis, genesisJson, temporaryHome } from './program.ts'

/** A home with a cycle and a release, the program on the PATH, and a file and a directory that can be completed. */
function place(t: TestContext) {
  const home = temporaryHome(t)
  mkdirSync(path.join(home.cycles, 'cycle-20260131-140500'), { recursive: true })
  mkdirSync(path.join(home.models, 'genesis-20260131-140500'), { recursive: true })
  writeFileSync(path.join(home.root, 'base-model.gguf'), '')
  const programs = path.join(home.root, '.bin')
  mkdirSync(programs)
  symlinkSync(path.join(packageRoot(), 'bin', 'genesis-improve.js'), path.join(programs, 'genesis-improve'))
  return { home, PATH: [programs, path.dirname(process.execPath), process.env['PATH']].join(path.delimiter) }
}

/** Keeps each shell from reading the settings of this machine. */
const bare: Record<string, string> = { bash: '--norc', zsh: '-f', fish: '--no-config' }

const isThere = (shell: string): boolean => spawnSync(shell, ['-c', 'true']).status === 0

interface Line {
  line: string
  offered: string[]
  notOffered: string[]
}

const lines: readonly Line[] = [
  { line: 'genesis-improve ro', offered: ['rollback'], notOffered: ['status'] },
  { line: 'genesis-improve check --', offered: ['--once', '--until-idle', '--home'], notOffered: ['--wait'] },
  { line: 'genesis-improve gate ', offered: ['judge', 'self-test'], notOffered: ['rollback'] },
  { line: 'genesis-improve learn --kind=co', offered: ['correction'], notOffered: ['success'] },
  { line: 'genesis-improve show c', offered: ['cycle-20260131-140500'], notOffered: ['genesis-base'] },
  { line: 'genesis-improve rollback genesis-2', offered: ['genesis-20260131-140500'], notOffered: ['genesis-base'] },
  { line: 'genesis-improve init --base=base-m', offered: ['base-model.gguf'], notOffered: [] },
]

const separator = '\u001e'

/** Has each line completed by the shell's own means; `source` is the file with its script. */
const askings: Record<string, (source: string) => string> = {
  // readline's own completion of files, to which the function leaves it, is to be had in a terminal only.
  bash: (source) =>
    [
      `source ${source}`,
      ...lines.map(({ line }) => {
        const words = line.split(/ |(?<==)|(?==)/).map((word) => `'${word}'`)
        return `COMP_WORDS=(${words.join(' ')}); COMP_CWORD=${words.length - 1}; _genesis_improve 2>&1
          (( \${#COMPREPLY[@]} )) || COMPREPLY=($(compgen -f -- "\${COMP_WORDS[COMP_CWORD]}")); printf '%s\n' "\${COMPREPLY[@]}" '${separator}'`
      }),
    ].join('\n'),
  // zsh completes in its line editor only, so one is run in a terminal of its own. What it shows is read until all has come, or for 20 seconds.
  zsh: (source) =>
    [
      'zmodload zsh/zpty; zpty z zsh -f -i',
      `zpty -w z "PS1=; PROMPT_EOL_MARK=; stty cols 200; autoload -Uz compinit; compinit -u -d $HOME/dump; source ${source}; echo RE''ADY"`,
      `zpty -r z text '*READY*'`,
      ...lines.map(
        ({ line, offered }) => `zpty -w -n z '${line}'$'\\t'; text=
          for i in {1..200}; do
            while zpty -r -t z chunk; do text+=$chunk; done
            missing=0; for word in ${offered.join(' ')}; do [[ $text == *$word* ]] || missing=1; done
            (( missing )) || break; sleep 0.1
          done
          print -r -- "$text${separator}"; zpty -w -n z $'\\C-u'`,
      ),
      'zpty -d z',
    ].join('\n'),
  fish: (source) => [`source ${source}`, ...lines.map(({ line }) => `complete -C '${line}'; echo '${separator}'`)].join('\n'),
}

for (const [shell, asking] of Object.entries(askings)) {
  describe(`in ${shell}`, { skip: isThere(shell) ? false : `${shell} is not installed` }, () => {
    test('commands, options, choices, files and the names of this home are completed', async (t) => {
      const { home, PATH } = place(t)
      const source = path.join(home.root, 'completion')
      writeFileSync(source, (await genesis(['completion', shell])).stdout)
      const { stdout, stderr } = spawnSync(shell, [bare[shell] ?? '-f', '-c', asking(source)], {
        cwd: home.root,
        encoding: 'utf8',
        timeout: 120_000,
        env: { PATH, HOME: home.root, GENESIS_ENGINE_DIR: path.join(home.root, '.engine'), TERM: 'dumb' },
      })
      const answers = stdout.split(separator)
      assert.equal(answers.length, lines.length + 1, stdout + stderr)
      for (const [index, { line, offered, notOffered }] of lines.entries()) {
        const answer = answers[index] ?? ''
        for (const value of offered) assert.ok(answer.includes(value), `${line}: ${value} is missing in ${answer}${stderr}`)
        for (const value of notOffered) assert.ok(!answer.includes(value), `${line}: ${value} is offered: ${answer}`)
      }
    })
  })
}

describe('the completion scripts', () => {
  test('are given with --json as well; another shell is a usage error', async () => {
    const { shell, script } = await genesisJson(['completion', 'bash'])
    assert.equal(shell, 'bash')
    assert.match(String(script), /complete .*genesis-improve/)
    assert.equal((await genesis(['completion', 'csh'])).code, 2)
  })

  test('what a shell asks for is answered without touching the home, even with words that mean something to other calls', async (t) => {
    const home = temporaryHome(t)
    const { code, stdout } = await genesis(['__complete', '--home', home.root, '--json', '--quiet', 'status', '--no'])
    assert.deepEqual([code, stdout.split('\t')[0], stdout.trimEnd().split('\n').at(-1)], [0, '--no-color', ':none'])
  })
})
