import assert from 'node:assert/strict'
import test from 'node:test'
import { findPrivate } from '../../../src/dataset/redaction/find-private.ts'
import { redactionRules } from '../../../src/dataset/redaction/rules.ts'

const found = (text: string): string[] => findPrivate(text, redactionRules).map(({ kind, value }) => `${kind} ${value}`)
// Put together here, so that nothing in this repository looks like a leaked key.
const made = (prefix: string, length: number): string => prefix + 'aB3dE6gH9jK2mN5pQ8rS1tU4vW7xY0zA1bC2'.repeat(3).slice(0, length)

const private_: Record<string, [text: string, value: string][]> = {
  email: [
    ['Write to anna.smith+x@mail.example.co.uk.', 'anna.smith+x@mail.example.co.uk'],
    ['müller@büro.de', 'müller@büro.de'],
    ['<mailto:a@b.org>', 'a@b.org'],
  ],
  phone: [
    ['call +49 30 1234567.', '+49 30 1234567'],
    ['+1 (555) 123-4567', '+1 (555) 123-4567'],
    ['+4915112345678', '+4915112345678'],
    ['(030) 1234567', '(030) 1234567'],
    ['or 0171 1234567, evenings', '0171 1234567'],
    ['555-123-4567', '555-123-4567'],
    ['0049 30 1234567', '0049 30 1234567'],
  ],
  ip: [
    ['server 192.168.1.17 is down', '192.168.1.17'],
    ['8.8.8.8', '8.8.8.8'],
    ['from 2001:db8:85a3::8a2e:370:7334: refused', '2001:db8:85a3::8a2e:370:7334'],
  ],
  // The test numbers that the card companies publish.
  card: [
    ['card 4111 1111 1111 1111, expires', '4111 1111 1111 1111'],
    ['5500-0055-5555-5559', '5500-0055-5555-5559'],
    ['378282246310005', '378282246310005'],
  ],
  // The examples of the IBAN registry.
  iban: [
    ['IBAN DE89 3704 0044 0532 0130 00 PLEASE', 'DE89 3704 0044 0532 0130 00'],
    ['GB29NWBK60161331926819', 'GB29NWBK60161331926819'],
    ['FR1420041010050500013M02606', 'FR1420041010050500013M02606'],
    ['NO9386011117947', 'NO9386011117947'],
  ],
  'api-key': [
    [`key ${made('AKIA', 0)}IOSFODNN7EXAMPLE`, 'AKIAIOSFODNN7EXAMPLE'],
    ...[made('ghp_', 36), made('glpat-', 20), made('xoxb-', 24), made('sk_live_', 24), made('sk-proj-', 40), made('AIza', 35)].map(
      (key): [string, string] => [`token=${key};`, key],
    ),
    ...[made('hf_', 34), made('npm_', 36), made('123456789:AA', 33)].map((key): [string, string] => [key, key]),
  ],
  jwt: [[`Bearer ${made('eyJ', 20)}.${made('eyJ', 30)}.${made('', 43)}`, `${made('eyJ', 20)}.${made('eyJ', 30)}.${made('', 43)}`]],
  password: [['postgres://bob:hunter2@db.example.com/x', 'hunter2']],
  'private-key': [
    [
      'a -----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY----- b',
      '-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----',
    ],
    ['-----BEGIN PRIVATE KEY-----\nMIIE', '-----BEGIN PRIVATE KEY-----\nMIIE'],
  ],
}

for (const [kind, cases] of Object.entries(private_)) {
  test(`values of the kind ${kind} are found, and no more of the text than they are`, () => {
    for (const [text, value] of cases) assert.deepEqual(found(text), [`${kind} ${value}`], text)
  })
}

test('what only looks private stays', () => {
  const harmless = [
    'commit 9fceb02d0ae598e95dc970b74767f19372d61af8',
    'sha256 e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    '550e8400-e29b-41d4-a716-446655440000 and 41111111-1111-1111-1111-111111111111',
    'v1.2.3.4, version 10.0.19041.1, requests==2.31.0.1, chrome 120.0.6099.109, 1.2.3',
    '12:30:45, 2024-01-15 12:30:45.123, 2024-01-15T12:30:45+02:00, 1719312345678',
    '$1,299.99, 4.500,00 EUR, +15%, 1 000 000 000 rows',
    'ISBN 978-3-16-148410-0, 9783161484100, 0-306-40615-2, 0306406152',
    '127.0.0.1:8000, 0.0.0.0, 255.255.255.0, ::1',
    'git@github.com:org/repo.git, icon@2x.png, @scope/pkg, pkg@1.2.3, @app.route("/x")',
    'std::vector<int> a::b, 00:1B:44:11:3A:B7',
    'order 4111111111111112, x = 1234567890123456, 52.520008, 3.14159265358979',
    'DE00 1234 5678 9012 3456 78',
    'sk-learn, http://example.com:8080/x@y, 5/6/2024, 100-200-300',
  ]
  for (const text of harmless) assert.deepEqual(found(text), [], text)
})

test('where two overlap the earlier rule wins', () => {
  assert.deepEqual(found('ftp://anna:geheim@mail.example.org'), ['password geheim'])
})

test('long texts of the worst kinds take no more than a pattern without repetitions inside repetitions does', () => {
  const texts = [
    '1 '.repeat(16_000),
    'a.'.repeat(16_000),
    '-'.repeat(32_000),
    'A0'.repeat(16_000),
    '+1'.repeat(16_000),
    'a@'.repeat(16_000),
  ]
  for (const text of texts) assert.ok(found(text).length >= 0)
})
