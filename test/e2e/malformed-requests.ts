import fc from 'fast-check'
import { damagedBytes } from '../fuzz/damaged-bytes.ts'

const learnings = '/api/v1/genesis/learnings'
const status = '/api/v1/genesis/improvement/status'
const head = (line: string, ...headers: string[]): string => [line, ...headers, '', ''].join('\r\n')
const post = (body: string | Buffer, ...headers: string[]): Buffer =>
  Buffer.concat([Buffer.from(head(`POST ${learnings} HTTP/1.1`, 'Host: localhost', ...headers)), Buffer.from(body)])
const json = 'Content-Type: application/json'
const lengthOf = (length: number | string): string => `Content-Length: ${length}`
const chunked = (body: string): Buffer => post(body, json, 'Transfer-Encoding: chunked')
const valid = '{"input":"q","correction":"a"}'
const utf16 = Buffer.from(valid, 'utf16le')

const requestLines = [
  ...[
    '',
    'GET',
    'GET /',
    'GET / HTTP',
    'GET / HTTP/3.0',
    'GET / HTTP/1.1 x',
    'get / HTTP/1.1',
    'GET  / HTTP/1.1',
    'GET\t/\tHTTP/1.1',
    ' GET / HTTP/1.1',
  ],
  ...[
    'G\0T / HTTP/1.1',
    'BREW /coffee HTTP/1.1',
    'GET \0 HTTP/1.1',
    'PRI * HTTP/2.0',
    'CONNECT evil.example:80 HTTP/1.1',
    '\u0016\u0003\u0001\u0002',
  ],
  ...[
    `GET /${'a'.repeat(100_000)} HTTP/1.1`,
    'GET /%zz HTTP/1.1',
    'GET /nothing HTTP/1.1',
    'PUT /healthz HTTP/1.1',
    'DELETE / HTTP/1.1',
    'OPTIONS * HTTP/1.1',
  ],
].map((line) => head(line, 'Host: localhost'))

const headers = [
  ...[
    'no colon',
    ': no name',
    'Sp ace: x',
    'Space : x',
    'Nul: a\0b',
    `Long: ${'x'.repeat(20_000)}`,
    'Content-Length: -1',
    'Content-Length: 0x10',
    'Content-Length: 1e3',
  ],
  ...[
    'Content-Length: 1\r\nContent-Length: 2',
    'Content-Length: 99999999999999999999',
    'Content-Length: 5\r\nTransfer-Encoding: chunked',
    'Transfer-Encoding: chunked, x',
  ],
  ...[
    Array.from({ length: 3000 }, (_, index) => `X-${index}: y`).join('\r\n'),
    'Host: a\r\nHost: b',
    'Origin: http://evil.example',
    '\x01: x',
    'Authorization\n: x',
  ],
].map((header) => head(`GET ${status} HTTP/1.1`, 'Host: localhost', header))

const hosts = [
  'evil.example',
  '127.0.0.1.evil.example',
  '[::1',
  '[]',
  'a b',
  '-',
  'localhost:99999999',
  'user@localhost',
  '%6cocalhost',
  'localhost/',
  '0x7f000001',
  '',
]
  .map((host) => head(`GET ${status} HTTP/1.1`, `Host: ${host}`))
  .concat(head(`GET ${status} HTTP/1.1`), head(`GET ${status} HTTP/1.0`))

const bodies = [
  ...[
    '{',
    '[',
    '',
    '[]',
    '{}',
    'null',
    '7',
    '"x"',
    '{"input":1}',
    '{"learnings":{}}',
    `${valid}${valid}`,
    `${valid},`,
    '{"__proto__":{"a":1},"input":"q","correction":"a"}',
    '\ufeff{',
    '\0',
  ],
  ...['['.repeat(100_000), `${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}`, `{"input":"q","correction":"${'x'.repeat(1 << 20)}"}`],
].flatMap((body) => [
  post(body, json, lengthOf(Buffer.byteLength(body))),
  chunked(`${Buffer.byteLength(body).toString(16)}\r\n${body}\r\n0\r\n\r\n`),
])

const encodings = [
  post(utf16, 'Content-Type: application/json; charset=utf-16', lengthOf(utf16.length)),
  ...['text/plain', 'application/xml', 'application/x-www-form-urlencoded', 'multipart/form-data', 'x', ''].map((type) =>
    post(valid, `Content-Type: ${type}`, lengthOf(valid.length)),
  ),
  post(Buffer.from('{"input":"\xff","correction":', 'latin1'), json, lengthOf(27)),
  post(Buffer.of(0x1f, 0x8b, 8, 0), json, 'Content-Encoding: gzip', lengthOf(4)),
]

const lengths = [0, 1, valid.length - 1, valid.length + 1, 1000, 9 << 20, 2 ** 31, 2 ** 53].map((length) =>
  post(valid, json, lengthOf(length)),
)
const chunks = [
  'zz\r\n',
  '-1\r\n',
  'ffffffffffffffffff\r\nx',
  '5\r\nabc\r\n0\r\n\r\n',
  '3\r\nabcdef',
  '1',
  `1;${'x'.repeat(20_000)}\r\n{\r\n0\r\n\r\n`,
  `0\r\nTrailer${'y'.repeat(20_000)}: x\r\n\r\n`,
  '\r\n\r\n',
].map(chunked)

/** Each of these is wrong: the answer is a 4xx, or the connection ends without one. */
export const wrongRequests: readonly Buffer[] = [...requestLines, ...headers, ...hosts, ...bodies, ...encodings, ...lengths, ...chunks].map(
  (text) => Buffer.from(text as string),
)

const good = [
  head(`GET ${status} HTTP/1.1`, 'Host: localhost'),
  post(valid, json, lengthOf(valid.length)),
  chunked(`${valid.length.toString(16)}\r\n${valid}\r\n0\r\n\r\n`),
]

/** Good requests with a few bytes changed, some of which are good still. */
export const damagedRequests = (count: number, seed: number): Buffer[] =>
  fc.sample(damagedBytes(good.map((text) => Buffer.from(text as string))), { numRuns: count, seed })
