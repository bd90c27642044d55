import { GenesisError } from '../errors.ts'
import { problemOf } from '../problem.ts'
import type { Problem } from '../problem.ts'
import type { OllamaServer } from './server.ts'

/** Whether the server is there and new enough (0.6 introduced what is used here), in words for the user. Never throws what the server is to blame for. */
export async function serverProblems(connect: () => Promise<OllamaServer>): Promise<Problem[]> {
  try {
    const server = await connect()
    const version = await server.version()
    // A development build calls itself 0.0.0.
    if (version === '0.0.0' || isAtLeast(version, [0, 6])) return []
    return [problemOf(new GenesisError('GI-OLLAMA-TOO-OLD', { what: `Ollama ${version} at ${server.host} is too old.` }))]
  } catch (error) {
    if (error instanceof GenesisError && error.code !== 'GI-INTERRUPTED') return [problemOf(error)]
    throw error
  }
}

function isAtLeast(version: string, [major, minor]: readonly [number, number]): boolean {
  const [ownMajor = 0, ownMinor = 0] = version.split('.').map((part) => Number.parseInt(part, 10))
  return ownMajor > major || (ownMajor === major && ownMinor >= minor)
}
