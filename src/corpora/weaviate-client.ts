import weaviate, { ApiKey, generateUuid5 } from 'weaviate-client'
import type { WeaviateClient } from 'weaviate-client'
import type { CorpusEntry } from './port.ts'
import { schemaOf } from './weaviate-connection.ts'
import type { WeaviateSettings } from './weaviate-connection.ts'

/** What is done with a collection, over the client library. */
export interface Collection {
  /** The next objects after a cursor, in the order of their ids. */
  page(limit: number, after: string | undefined): Promise<{ uuid: string; properties: unknown }[]>
  /** Writes entries under ids that follow from theirs, so that writing again changes nothing. Gives how many were refused, with the first reason. */
  write(entries: readonly CorpusEntry[]): Promise<{ refused: number; reason: string | null }>
  close(): Promise<void>
}

export async function openCollection(settings: WeaviateSettings): Promise<Collection> {
  const client = await connect(settings)
  const { collection: name, tenant, fields } = settings
  const whole = client.collections.use(name)
  const collection = tenant === undefined ? whole : whole.withTenant(tenant)
  return {
    page: async (limit, after) => {
      const { objects } = await collection.query.fetchObjects({ limit, ...(after === undefined ? {} : { after }) })
      return objects.map(({ uuid, properties }) => ({ uuid, properties }))
    },
    write: async (entries) => {
      const { errors } = await collection.data.insertMany(
        entries.map(({ id, input, output, category }) => ({
          id: generateUuid5(id, name),
          properties: { [fields.input]: input, [fields.output]: output, [fields.category]: category },
        })),
      )
      const reasons = Object.values(errors)
      return { refused: reasons.length, reason: reasons[0]?.message ?? null }
    },
    close: async () => await client.close(),
  }
}

/** Makes the collection, with text properties and nothing that vectorises, unless it is there. Says whether it did. */
export async function ensureCollection(settings: WeaviateSettings): Promise<boolean> {
  if ((await schemaOf(settings)) !== null) return false
  const client = await connect(settings)
  const { collection: name, fields, tenant } = settings
  try {
    await client.collections.create({
      name,
      properties: Object.values(fields).map((field) => ({ name: field, dataType: weaviate.configure.dataType.TEXT })),
      vectorizers: weaviate.configure.vectors.none(),
      ...(tenant === undefined ? {} : { multiTenancy: weaviate.configure.multiTenancy({ enabled: true, autoTenantCreation: true }) }),
    })
    return true
  } finally {
    await client.close()
  }
}

async function connect({ host, port, grpcPort, secure, apiKey }: WeaviateSettings): Promise<WeaviateClient> {
  return await weaviate.connectToCustom({
    ...{ httpHost: host, httpPort: port, httpSecure: secure, grpcHost: host, grpcPort, grpcSecure: secure },
    ...(apiKey === undefined ? {} : { authCredentials: new ApiKey(apiKey) }),
    // What can be wrong was looked at before, with messages that say what.
    skipInitChecks: true,
  })
}
