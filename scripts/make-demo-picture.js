// node scripts/make-demo-picture.js CAPTURE PICTURE.svg [--only check,show,ask] [--lines 32]
//
// Makes docs/assets/demo.svg from a captured terminal session, such as `script -qec "npm run demo" capture.txt` leaves it. The session is
// played into a small terminal of 80 columns, so that a spinner leaves what it leaves on a screen. Beside the picture goes the transcript
// that it was made from: the whole session with its colours, this checkout's directory written as a dot and the user's as ~. Of it the picture shows the
// commands of --only, each cut after --lines lines, and says what it leaves out.
import { readFileSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const columns = 80
const cell = { width: 8, height: 18 }
const padding = { side: 18, top: 44, bottom: 16 }
const paints = { 30: '#6e7681', 31: '#ff7b72', 32: '#56d364', 33: '#e3b341', 34: '#79c0ff', 35: '#d2a8ff', 36: '#56d4dd', 37: '#e6edf3' }
const plain = ''

/**
 * Plays a session into rows of cells. Understood are colours, carriage returns, moves of the cursor and erasing; the rest is passed over.
 * @param {string} session
 * @returns {{ character: string, style: string }[][]}
 */
function playSession(session) {
  const rows = [[]]
  let row = 0
  let column = 0
  let style = plain
  const cells = () => (rows[row] ??= [])
  const put = (character) => {
    if (column === columns) [row, column] = [row + 1, 0]
    while (cells().length < column) cells().push({ character: ' ', style: plain })
    cells()[column] = { character, style }
    column += 1
  }
  const moves = {
    A: (count) => (row = Math.max(0, row - (count || 1))),
    C: (count) => (column = Math.min(columns - 1, column + (count || 1))),
    D: (count) => (column = Math.max(0, column - (count || 1))),
    G: (count) => (column = Math.max(0, (count || 1) - 1)),
    J: () => rows.splice(row, Infinity, cells().slice(0, column)),
    K: (mode) => {
      if (mode === 2) cells().length = 0
      else if (mode === 0) cells().length = Math.min(cells().length, column)
    },
  }
  // eslint-disable-next-line no-control-regex -- escape sequences are what this is about
  for (const [token, parameters, final] of session.matchAll(/\u001b\[([\d;?]*)([A-Za-z])|\u001b\][^\u0007]*\u0007|[^]/gu)) {
    if (final === 'm') style = restyled(style, parameters)
    else if (final !== undefined) moves[final]?.(Number(parameters) || 0)
    else if (token === '\n') [row, column] = [row + 1, 0]
    else if (token === '\r') column = 0
    else if (token >= ' ') put(token)
  }
  return Array.from(rows, (found) => found ?? [])
}

/** A style is the sorted list of its codes, as "1;32". */
function restyled(style, parameters) {
  const codes = new Set(style === plain ? [] : style.split(';'))
  for (const code of (parameters || '0').split(';')) {
    const number = Number(code)
    if (number === 0) codes.clear()
    else if (number === 22) ['1', '2'].forEach((off) => codes.delete(off))
    else if (number === 1 || number === 2) codes.add(code)
    else if (number >= 30 && number <= 39) {
      for (const old of codes) if (Number(old) >= 30) codes.delete(old)
      if (number !== 39) codes.add(code)
    }
  }
  return [...codes].sort().join(';')
}

/** A row as pieces of one style each; spaces at its end are dropped. */
function piecesOf(row) {
  const pieces = []
  const end = row.findLastIndex(({ character }) => character !== ' ')
  for (const { character, style } of row.slice(0, end + 1)) {
    const last = pieces.at(-1)
    if (last?.style === style) last.text += character
    else pieces.push({ text: character, style })
  }
  return pieces
}

const textOf = (row) =>
  row
    .map(({ character }) => character)
    .join('')
    .trimEnd()

/** The rows as text with colours. */
function renderTranscript(rows) {
  const lines = rows.map((row) =>
    piecesOf(row)
      .map(({ text, style }) => (style === plain ? text : `\u001b[${style}m${text}\u001b[0m`))
      .join(''),
  )
  return `${lines.join('\n').trim()}\n`
}

/** The commands to show, each with what it printed; everything when no row looks like a command. */
function selectRows(rows, only, most) {
  const blocks = []
  for (const row of rows) {
    const command = /^\$ (?:npx )?genesis-improve (\S+)/.exec(textOf(row))?.[1]
    if (command !== undefined) blocks.push({ command, rows: [row] })
    else blocks.at(-1)?.rows.push(row)
  }
  if (blocks.length === 0) return rows
  const shown = blocks.filter(({ command }) => only.includes(command)).map((block) => cut(trimmed(block.rows), most))
  return shown.flatMap((block, index) => (index === 0 ? block : [[], ...block]))
}

function trimmed(rows) {
  const end = rows.findLastIndex((row) => textOf(row) !== '')
  return rows.slice(0, end + 1)
}

function cut(rows, most) {
  if (rows.length <= most + 1) return rows
  const rest = rows.length - most - 1
  return [...trimmed(rows.slice(0, most + 1)), Array.from(`  ... ${rest} more lines`, (character) => ({ character, style: '2' }))]
}

const escaped = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

/** Every piece has its place and length, so that the columns stand in any font. */
function renderPiece({ text, style }, column, y) {
  const codes = style.split(';')
  const colour = codes.map((code) => paints[code]).find((found) => found !== undefined)
  const attributes = [
    `x="${padding.side + column * cell.width}" y="${y}" textLength="${Array.from(text).length * cell.width}"`,
    ...(colour === undefined ? [] : [`fill="${colour}"`]),
    ...(codes.includes('1') ? ['font-weight="bold"'] : []),
    ...(codes.includes('2') ? ['fill-opacity="0.6"'] : []),
  ]
  return `<text ${attributes.join(' ')}>${escaped(text)}</text>`
}

/** The rows as a picture of a terminal: dark with a border, to be read on light and on dark pages. */
function renderPicture(rows) {
  const width = columns * cell.width + 2 * padding.side
  const height = padding.top + rows.length * cell.height + padding.bottom
  const lines = rows.flatMap((row, index) => {
    let column = 0
    return piecesOf(row).flatMap((piece) => {
      const lead = Array.from(piece.text).findIndex((character) => character !== ' ')
      const start = column
      column += Array.from(piece.text).length
      return lead === -1 ? [] : [renderPiece({ ...piece, text: piece.text.slice(lead) }, start + lead, padding.top + index * cell.height)]
    })
  })
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">`,
    '<title>A terminal in which the demo of genesis-improve has run</title>',
    `<desc>${escaped(rows.map(textOf).join('\n'))}</desc>`,
    `<rect x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="8" fill="#0d1117" stroke="#6e7681"/>`,
    ...['#ff5f57', '#febc2e', '#28c840'].map((fill, index) => `<circle cx="${20 + 18 * index}" cy="18" r="5.5" fill="${fill}"/>`),
    '<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, \'DejaVu Sans Mono\', monospace" font-size="13" fill="#e6edf3" xml:space="preserve">',
    ...lines,
    '</g>',
    '</svg>',
  ].join('\n')}\n`
}

function main() {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { only: { type: 'string', default: 'check,show,ask' }, lines: { type: 'string', default: '32' } },
  })
  const [capture, picture] = positionals
  if (capture === undefined || picture === undefined) {
    console.error('Usage: node scripts/make-demo-picture.js CAPTURE PICTURE.svg [--only check,show,ask] [--lines 32]')
    process.exit(2)
  }
  const root = path.resolve(fileURLToPath(new URL('..', import.meta.url)))
  const session = readFileSync(capture, 'utf8').replaceAll(/^Script (?:started|done) .*\r?\n?/gm, '')
  const rows = playSession(session.replaceAll(root, '.').replaceAll(`${homedir()}/`, '~/'))
  const transcript = picture.replace(/\.svg$/, '-transcript.txt')
  writeFileSync(transcript, renderTranscript(rows))
  // Made from what was written, so that the transcript alone gives the same picture again.
  const shown = selectRows(playSession(renderTranscript(rows)), values.only.split(','), Number(values.lines))
  writeFileSync(picture, renderPicture(trimmed(shown)))
  console.log(`wrote ${picture} and ${transcript}`)
}

main()
