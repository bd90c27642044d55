/** How one kind of private value is recognised. */
export interface RedactionRule {
  /** Stands in the placeholder: "email" gives <email-1>. */
  kind: string
  /** With the flag g; must take time in proportion to the text. */
  pattern: RegExp
  /** A quick look that spares most texts the pattern. */
  mayContain?: (text: string) => boolean
  /** The part of a match that is a value, from its start; undefined when it only looks like one. */
  accept?: (match: string) => string | undefined
}
