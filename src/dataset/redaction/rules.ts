import { card, iban, ipv4, ipv6, phone } from './numbers.ts'
import type { RedactionRule } from './rule.ts'
import { apiKey, jwt, privateKey, urlPassword } from './secrets.ts'

/** "git" at a host is a repository, and "icon@2x.png" a file. */
const email: RedactionRule = {
  kind: 'email',
  pattern:
    /(?<![\p{L}\p{N}._%+-])[\p{L}\p{N}_%+-](?:[\p{L}\p{N}._%+-]{0,63})@(?!\dx\.)(?:[\p{L}\p{N}-]{1,63}\.){1,8}\p{L}{2,24}(?![\p{L}\p{N}_-]|\.\p{L})/gu,
  mayContain: (text) => text.includes('@'),
  accept: (match) => (match.startsWith('git@') ? undefined : match),
}

/** What is private by itself, whoever wrote it. What comes first wins where two overlap. */
export const redactionRules: readonly RedactionRule[] = [privateKey, urlPassword, jwt, apiKey, email, iban, card, ipv6, ipv4, phone]
