/** Something that keeps a part from working, in words for the user. */
export interface Problem {
  what: string
  remedy: string
}
