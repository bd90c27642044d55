const placeholder = '[secret]'

/** Shorter ones would be found in words that have nothing to do with them. */
const shortest = 8

/** User and password of an address, as in https://anna:secret@host. */
const credentials = /(?<=\b[A-Za-z][A-Za-z0-9+.-]{0,20}:\/\/)[^\s:@/"']{0,200}:[^\s@/"']{1,200}(?=@)/g
/** RFC 6750, RFC 7617. */
const authorization = /(?<=\b(?:Bearer|Basic) )[A-Za-z0-9._~+/-]{8,}=*/g

/** Keeps secrets out of what is said and written down: those it was told of, and what stands where only a secret can. */
export class Concealer {
  #secrets: string[] = []

  /** Remembers them, as they are and as JSON writes them. Very short ones are left alone. */
  add(secrets: readonly string[]): void {
    const forms = secrets.filter(({ length }) => length >= shortest).flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1)])
    // The longest first: one may be part of another.
    this.#secrets = [...new Set([...this.#secrets, ...forms])].sort((left, right) => right.length - left.length)
  }

  conceal(text: string): string {
    let concealed = text
    for (const secret of this.#secrets) concealed = concealed.replaceAll(secret, placeholder)
    return concealed.replaceAll(credentials, placeholder).replaceAll(authorization, placeholder)
  }
}
