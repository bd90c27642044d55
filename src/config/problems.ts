import { z } from 'zod'
import { closest } from './suggestion.ts'
import { Config } from './schema.ts'

/** One setting that is wrong: where, what it is, and what it may be. */
export interface ConfigProblem {
  /** Dotted path in the file, name of a variable, or flag; the file's path when all of it is meant. */
  where: string
  what: string
}

/** The part of a JSON Schema that is read here. */
interface Node {
  type?: string
  properties?: Record<string, Node>
  items?: Node
  enum?: unknown[]
  const?: unknown
  anyOf?: Node[]
  minimum?: number
  maximum?: number
  exclusiveMinimum?: number
  exclusiveMaximum?: number
  minItems?: number
}

type Path = readonly PropertyKey[]

/** Puts the schema's issues with `value` into words: one problem a path. `source` names settings that don't come from the file. */
export function describeIssues(issues: readonly z.core.$ZodIssue[], value: unknown, source?: string): ConfigProblem[] {
  const root = z.toJSONSchema(Config, { io: 'input' }) as Node
  const problems = new Map<string, ConfigProblem>()
  const add = (path: Path, what: string): void => {
    const where = source ?? dotted(path)
    if (!problems.has(where)) problems.set(where, { where, what })
  }
  for (const issue of issues) {
    if (issue.code === 'unrecognized_keys') {
      for (const key of issue.keys) add([...issue.path, key], unknownKey(key, issue.path, root))
    } else {
      const found = valueAt(value, issue.path)
      const allowed = issue.code === 'custom' ? issue.message : allowedAt(nodeAt(root, issue.path))
      // It may hold a key.
      const shown = (): string => (issue.path.at(-1) === 'ping_url' ? 'not such an address' : printed(found))
      add(issue.path, found === undefined ? `is missing; needed: ${allowed}` : `is ${shown()}; allowed: ${allowed}`)
    }
  }
  return [...problems.values()]
}

/** What the schema allows at a path, in words: "a whole number from 1 to 100". */
export function allowedValues(path: Path): string {
  return allowedAt(nodeAt(z.toJSONSchema(Config, { io: 'input' }) as Node, path))
}

/** A value as JSON, cut where it is long. */
function printed(value: unknown): string {
  const text = typeof value === 'number' ? String(value) : JSON.stringify(value)
  return text.length > 60 ? `${text.slice(0, 57)}...` : text
}

function dotted(path: Path): string {
  const text = path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`)).join('')
  return text === '' ? 'the whole file' : text.replace(/^\./, '')
}

function unknownKey(key: string, path: Path, root: Node): string {
  const known = Object.keys(nodeAt(root, path)?.properties ?? {})
  const near = closest(key, known) ?? elsewhere(key, root)
  return `is not a known setting; ${near === undefined ? `known here: ${known.join(', ')}` : `did you mean "${near}"?`}`
}

/** A key that stands right but in another section: `learnings` belongs to `triggers`. */
function elsewhere(key: string, root: Node): string | undefined {
  const sections = Object.entries(root.properties ?? {})
  const paths = sections.filter(([, section]) => section.properties !== undefined && Object.hasOwn(section.properties, key))
  return paths.length === 1 && paths[0] !== undefined ? `${paths[0][0]}.${key}` : undefined
}

function nodeAt(root: Node, path: Path): Node | undefined {
  let node: Node | undefined = root
  for (const part of path) node = typeof part === 'number' ? node?.items : node?.properties?.[String(part)]
  return node
}

function valueAt(value: unknown, path: Path): unknown {
  let found = value
  for (const part of path) found = typeof found === 'object' && found !== null ? (found as Record<PropertyKey, unknown>)[part] : undefined
  return found
}

function allowedAt(node: Node = {}): string {
  if (node.const !== undefined) return JSON.stringify(node.const)
  if (node.anyOf !== undefined) return node.anyOf.map(allowedAt).join(', or ')
  if (node.enum !== undefined) return `one of ${node.enum.map((value) => JSON.stringify(value)).join(', ')}`
  switch (node.type ?? 'object') {
    case 'integer':
      return `a whole number ${range(node)}`
    case 'number':
      return `a number ${range(node)}`
    case 'string':
      return 'a text that is not empty'
    case 'boolean':
      return 'true or false'
    case 'array':
      return `a list${node.minItems === undefined ? '' : ` of at least ${node.minItems}`}, each ${allowedAt(node.items)}`
    default:
      return 'an object like {"key": value}'
  }
}

function range(node: Node): string {
  const below = node.exclusiveMaximum === undefined ? undefined : `below ${node.exclusiveMaximum}`
  const upTo = node.maximum === undefined ? undefined : `up to ${node.maximum}`
  if (node.exclusiveMinimum !== undefined) return [`above ${node.exclusiveMinimum}`, below ?? upTo].filter(Boolean).join(' and ')
  if (node.minimum === undefined) return below ?? upTo ?? ''
  return node.maximum === undefined
    ? [`from ${node.minimum}`, below].filter(Boolean).join(' and ')
    : `from ${node.minimum} to ${node.maximum}`
}
