const defaultPort = '11434'

/**
 * The address of an Ollama server as a URL without a path at its end; undefined for a text that names none. Takes what OLLAMA_HOST may hold: a name, a
 * name and port, a port (":11434"), a URL. An address that servers listen on everywhere with (0.0.0.0, [::]) means this machine, as in Ollama's own client.
 * Credentials in it are refused: configurations are written into journals.
 */
export function ollamaHost(text: string): string | undefined {
  const trimmed = text.trim()
  const hasScheme = trimmed.includes('://')
  const candidate = hasScheme ? trimmed : `http://${trimmed.startsWith(':') ? `127.0.0.1${trimmed}` : trimmed}`
  if (trimmed === '' || !URL.canParse(candidate)) return undefined
  const url = new URL(candidate)
  if ((url.protocol !== 'http:' && url.protocol !== 'https:') || url.hostname === '') return undefined
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') return undefined
  const name = url.hostname === '0.0.0.0' ? '127.0.0.1' : url.hostname === '[::]' ? '[::1]' : url.hostname
  const port = url.port !== '' ? url.port : hasScheme ? (url.protocol === 'https:' ? '443' : '80') : defaultPort
  return `${url.protocol}//${name}:${port}${url.pathname.replace(/\/+$/, '')}`
}

/** A model's name with the tag that Ollama gives one without: `genesis` is `genesis:latest`. */
export const withTag = (name: string): string => (/:[^/]*$/.test(name) ? name : `${name}:latest`)

/** The way back: `genesis:latest` is called `genesis`. */
export const withoutTag = (name: string): string => name.replace(/:latest$/, '')

/** What Ollama accepts for a name here: no spaces, nothing that leads out of its directory, no option of a command. */
export const modelNamePattern =
  /^(?!.*\.\.)[A-Za-z0-9][A-Za-z0-9._-]*(?:\/[A-Za-z0-9][A-Za-z0-9._-]*){0,3}(?::[A-Za-z0-9][A-Za-z0-9._-]*)?$/
