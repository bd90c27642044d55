import { connect as connectSocket } from 'node:net'
import { GenesisError } from '../errors.ts'
import type { Config } from '../config/schema.ts'

export type WeaviateSettings = Config['corpus'] & { apiKey?: string | undefined }

/** A property of a collection as /v1/schema describes it. */
interface Schema {
  properties?: { name: string; dataType: string[] }[]
  multiTenancyConfig?: { enabled?: boolean }
}

const patienceMs = 3000

export const addressOf = ({ host, port, secure }: WeaviateSettings): string => `${secure ? 'https' : 'http'}://${host}:${port}`

/**
 * Looks whether the collection can be read, over HTTP alone: the client itself is read when objects are.
 * @throws GenesisError GI-CORPUS-AWAY, GI-CORPUS-UNREADABLE; each cause has a message of its own
 */
export async function checkCollection(settings: WeaviateSettings): Promise<void> {
  const { collection, fields, tenant } = settings
  const schema = await schemaOf(settings)
  if (schema === null)
    throw new GenesisError('GI-CORPUS-UNREADABLE', {
      what: `Weaviate at ${addressOf(settings)} has no collection ${collection}.`,
      remedy: `Correct "corpus.collection", or make it: genesis-improve corpus push FILE.jsonl`,
    })
  const known = (schema.properties ?? []).map(({ name }) => name)
  const missing = [fields.input, fields.output].filter((name) => !known.includes(name))
  if (missing.length > 0)
    throw new GenesisError('GI-CORPUS-UNREADABLE', {
      what: `The collection ${collection} has no property ${missing.join(' and no property ')}.`,
      why: `it has ${known.length === 0 ? 'none' : known.join(', ')}`,
      remedy: 'Name the right ones under "corpus.fields" in genesis-improve.config.json.',
    })
  const hasTenants = schema.multiTenancyConfig?.enabled === true
  if (hasTenants !== (tenant !== undefined))
    throw new GenesisError('GI-CORPUS-UNREADABLE', {
      what: hasTenants
        ? `The collection ${collection} has tenants, and none is configured.`
        : `The collection ${collection} has no tenants.`,
      remedy: hasTenants ? 'Set "corpus.tenant".' : 'Remove "corpus.tenant".',
    })
  await checkGrpc(settings)
}

/** Null when there is no such collection. */
export async function schemaOf(settings: WeaviateSettings): Promise<Schema | null> {
  const address = addressOf(settings)
  let response: Response
  try {
    response = await fetch(`${address}/v1/schema/${settings.collection}`, {
      headers: settings.apiKey === undefined ? {} : { Authorization: `Bearer ${settings.apiKey}` },
      redirect: 'error',
      signal: AbortSignal.timeout(patienceMs),
    })
  } catch (error) {
    throw new GenesisError('GI-CORPUS-AWAY', {
      what: `Weaviate does not answer over HTTP at ${address}.`,
      why: error instanceof Error ? reasonOf(error) : undefined,
      remedy: 'Start it, or correct "corpus.host", "corpus.port" and "corpus.secure"; the next check tries again.',
      cause: error,
    })
  }
  if (response.status === 401 || response.status === 403)
    throw new GenesisError('GI-CORPUS-UNREADABLE', {
      what: settings.apiKey === undefined ? `Weaviate at ${address} wants an API key.` : `Weaviate at ${address} refuses the API key.`,
      remedy: 'Put the right one into WEAVIATE_API_KEY.',
    })
  if (response.status === 404) return null
  const body: unknown = await response.json().catch(() => undefined)
  if (!response.ok || typeof body !== 'object' || body === null)
    throw new GenesisError('GI-CORPUS-AWAY', {
      what: `What answers at ${address} is no Weaviate that is ready.`,
      why: `it answered ${response.status} to /v1/schema/${settings.collection}`,
    })
  return body
}

function reasonOf(error: Error): string {
  const cause = error.cause instanceof AggregateError ? (error.cause.errors as unknown[])[0] : error.cause
  return error.name === 'TimeoutError' ? `no answer in ${patienceMs / 1000} s` : cause instanceof Error ? cause.message : error.message
}

/**
 * HTTP up and gRPC down is a trouble of its own: a port that wasn't published, mostly. Asked before the client library, which would try for half a minute
 * and print a stack trace each time.
 */
export async function checkGrpc(settings: WeaviateSettings): Promise<void> {
  const { host, grpcPort } = settings
  await new Promise<void>((resolve, reject) => {
    const socket = connectSocket({ host: host.replace(/^\[|\]$/g, ''), port: grpcPort })
    const fail = (why: string): void => {
      socket.destroy()
      reject(grpcAway(settings, why))
    }
    socket.setTimeout(patienceMs, () => fail(`no answer in ${patienceMs / 1000} s`))
    socket.once('error', (error) => fail(error.message))
    socket.once('connect', () => {
      socket.destroy()
      resolve()
    })
  })
}

export const grpcAway = ({ host, grpcPort }: WeaviateSettings, why: string, cause?: unknown): GenesisError =>
  new GenesisError('GI-CORPUS-AWAY', {
    what: `Weaviate answers over HTTP, but not over gRPC at ${host}:${grpcPort}.`,
    why,
    remedy: 'Publish its gRPC port (50051), or correct "corpus.grpcPort"; the next check tries again.',
    cause,
  })
