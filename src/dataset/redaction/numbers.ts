import { isIPv6 } from 'node:net'
import { passesLuhn, passesMod97 } from './checksums.ts'
import type { RedactionRule } from './rule.ts'

/** Fewer digits are no phone, card or account number. */
const hasManyDigits = (text: string): boolean => /(?:\d[^\d]{0,6}){7}/.test(text)
const hasDigit = (text: string): boolean => /\d/.test(text)
const digitsIn = (text: string): string => text.replaceAll(/\D/g, '')

/** IBANs are at most 34 characters long, the shortest (Norway) has 15. What follows in capitals is cut off until the checksum is right. */
export const iban: RedactionRule = {
  kind: 'iban',
  pattern: /(?<![\w-])[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?(?![\w-])/g,
  mayContain: hasManyDigits,
  accept: (match) => {
    for (let end = match.length; end >= 15; end -= 1) {
      const value = match.slice(0, end)
      const compact = value.replaceAll(' ', '')
      const isWhole = end === match.length || match.charAt(end) === ' '
      if (isWhole && compact.length >= 15 && passesMod97(compact)) return value
    }
    return undefined
  },
}

/** First digits and lengths of the cards in use (ISO/IEC 7812; Visa, Mastercard, American Express, Diners, Discover, JCB, UnionPay, Maestro). */
const cardNumber =
  /^(?:4(?:\d{15}|\d{18})|5[1-5]\d{14}|2(?:22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720)\d{12}|3[47]\d{13}|3(?:0[0-5]|[68]\d)\d{11}|6(?:011|5\d\d|4[4-9]\d)\d{12}|35\d{14}|62\d{14,17}|(?:50|5[6-9]|6[37])\d{14})$/

export const card: RedactionRule = {
  kind: 'card',
  pattern: /(?<![\w.-])\d(?:[ -]?\d){12,18}(?![\w-]|\.\d)/g,
  mayContain: hasManyDigits,
  accept: (match) => (cardNumber.test(digitsIn(match)) && passesLuhn(digitsIn(match)) ? match : undefined),
}

const byte = String.raw`(?:25[0-5]|2[0-4]\d|1?\d?\d)`
/** Addresses that say nothing about anyone: this machine, any, masks and broadcasts. */
const impersonal = /^(?:127\.|0\.0\.0\.0$|255\.)/

/** Four numbers after "version", "v", "==" and the like are a version. */
export const ipv4: RedactionRule = {
  kind: 'ip',
  pattern: new RegExp(String.raw`(?<![\w.-]|[=~^<>@]|\b[vV]ersion |\b[rR]elease )${byte}(?:\.${byte}){3}(?![\w-]|\.\w)`, 'g'),
  mayContain: (text) => /\d\.\d/.test(text),
  accept: (match) => (impersonal.test(match) ? undefined : match),
}

/** At least three groups with a digit among them: "a::b" and "std::max" are code. */
export const ipv6: RedactionRule = {
  kind: 'ip',
  pattern: /(?<![\w:.])[0-9A-Fa-f:]{6,39}(?![\w])/g,
  mayContain: (text) => text.includes(':') && hasDigit(text),
  accept: (match) => {
    const value = match.endsWith('::') ? match : match.replace(/:$/, '')
    const groups = value.split(':').filter((group) => group !== '')
    return groups.length >= 3 && hasDigit(value) && isIPv6(value) ? value : undefined
  },
}

/** International with + or 00; with the area code in brackets or set off after a 0; or as in North America. Bare digits are only numbers. */
export const phone: RedactionRule = {
  kind: 'phone',
  pattern: new RegExp(
    [
      String.raw`(?<![\w+.-])\+[1-9](?:[ .\/-]?(?:\(\d{1,4}\)|\d)){6,16}(?![\w-])`,
      String.raw`(?<![\w.-])00[1-9]\d?[ -](?:\(0\))?\d(?:[ .\/-]?\d){6,12}(?![\w-])`,
      String.raw`(?<![\w.-])\(0\d{1,5}\)[ -]?\d(?:[ \/-]?\d){3,9}(?![\w-])`,
      String.raw`(?<![\w.\/-])0[1-9]\d{1,4}[ \/-]\d{3}(?:[ -]?\d){2,8}(?![\w-]|[.,:]\d)`,
      String.raw`(?<![\w.-])(?:\([2-9]\d\d\) ?|[2-9]\d\d[-.])\d{3}[-.]\d{4}(?![\w-])`,
    ].join('|'),
    'g',
  ),
  mayContain: hasManyDigits,
  accept: (match) => {
    const { length } = digitsIn(match)
    return length >= 8 && length <= 17 ? match : undefined
  },
}
