import type { ChatMessage } from '../../learnings/learning.ts'
import { findPrivate } from './find-private.ts'
import type { Finding } from './find-private.ts'
import { findOwn } from './own-patterns.ts'
import type { OwnPattern } from './own-patterns.ts'
import { redactionRules } from './rules.ts'

/**
 * Puts placeholders in the place of private values, the same for the same value throughout a dataset: <email-1>, <email-2>, <card-1>.
 * They are numbered in the order in which their values are met first. The user's patterns go before the built-in rules.
 */
export class Redactor {
  readonly #findings = new Map<string, Finding[]>()
  readonly #placeholders = new Map<string, string>()
  readonly #numbers = new Map<string, number>()

  constructor(private readonly patterns: readonly OwnPattern[]) {}

  /**
   * Looks through texts, all of them before one is replaced.
   * @throws GenesisError GI-CONFIG-INVALID naming a pattern of the user's that does not end in time
   */
  meet(texts: readonly string[]): void {
    const own = findOwn(this.patterns.length === 0 ? [] : texts.filter((text) => !this.#findings.has(text)), this.patterns)
    for (const text of texts) {
      if (this.#findings.has(text)) continue
      const findings = findPrivate(text, redactionRules, own.get(text))
      this.#findings.set(text, findings.length > 0 ? findings : none)
      for (const finding of findings) this.#placeholderFor(finding)
    }
  }

  /** Of a text that was met: the kind of each value in it. */
  kindsIn(text: string): string[] {
    return (this.#findings.get(text) ?? []).map(({ kind }) => kind)
  }

  /** A text that was met, with placeholders. */
  replace(text: string): string {
    let replaced = ''
    let end = 0
    for (const finding of this.#findings.get(text) ?? []) {
      replaced += text.slice(end, finding.start) + this.#placeholderFor(finding)
      end = finding.end
    }
    return replaced + text.slice(end)
  }

  replaceTurns(turns: readonly ChatMessage[]): ChatMessage[] {
    return turns.map(({ role, content }) => ({ role, content: this.replace(content) }))
  }

  #placeholderFor({ kind, value }: Finding): string {
    const key = `${kind} ${canonical(kind, value)}`
    const before = this.#placeholders.get(key)
    if (before !== undefined) return before
    const number = (this.#numbers.get(kind) ?? 0) + 1
    const placeholder = `<${kind}-${number}>`
    this.#numbers.set(kind, number)
    this.#placeholders.set(key, placeholder)
    return placeholder
  }
}

/** Most texts hold nothing, and share this. */
const none: Finding[] = []

/** The same address, account or number may be written in several ways. */
function canonical(kind: string, value: string): string {
  if (kind === 'email') return value.toLowerCase()
  return ['card', 'iban', 'phone'].includes(kind) ? value.replaceAll(/[^+\dA-Z]/g, '') : value
}
