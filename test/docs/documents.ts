import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('../..', import.meta.url))

export interface Document {
  /** Relative to the root. */
  file: string
  text: string
}

/** A fenced block: the first word after the fence is its language, the others say what is to be done with it. */
export interface Block {
  language: string
  words: string[]
  text: string
  /** Of the opening fence, from 1 on. */
  line: number
}

export function readDocument(file: string): Document {
  return { file, text: readFileSync(path.join(root, file), 'utf8') }
}

/** Every document written for people: those at the root and all below docs/. */
export function allDocuments(): Document[] {
  const below = readdirSync(path.join(root, 'docs'), { recursive: true }).map((name) => path.join('docs', String(name)))
  return [...readdirSync(root), ...below]
    .filter((file) => file.endsWith('.md'))
    .sort()
    .map(readDocument)
}

export function blocksOf({ text }: Document): Block[] {
  const blocks: Block[] = []
  let open: { language: string; words: string[]; line: number; lines: string[] } | null = null
  for (const [index, line] of text.split('\n').entries()) {
    const fence = /^```(.*)$/.exec(line)
    if (fence === null) open?.lines.push(line)
    else if (open === null) {
      const [language = '', ...words] = (fence[1] ?? '').trim().split(/\s+/)
      open = { language, words, line: index + 1, lines: [] }
    } else {
      blocks.push({ language: open.language, words: open.words, line: open.line, text: open.lines.join('\n') })
      open = null
    }
  }
  return blocks
}

/** The document without its fenced blocks. */
export function proseOf({ text }: Document): string {
  return text.replaceAll(/^```[^]*?^```$/gm, '')
}

/** Everything that stands between backquotes in the prose. */
export function inlineCodeOf(document: Document): string[] {
  return [...proseOf(document).matchAll(/`([^`\n]+)`/g)].map((match) => match[1] ?? '')
}

/** Lines of code: inline ones, those of shell blocks, the commands of console blocks. */
export function codeLinesOf(document: Document): string[] {
  const blocks = blocksOf(document)
    .filter(({ language }) => language === 'sh' || language === 'console' || language === '')
    .flatMap(({ language, text }) => {
      const lines = text.split('\n')
      return language === 'console' ? lines.filter((line) => line.startsWith('$ ')).map((line) => line.slice(2)) : lines
    })
  return [...inlineCodeOf(document), ...blocks]
}
