import { z } from 'zod'
import type { Reply } from './error-reply.ts'
import type { Route } from './route.ts'
import { ErrorReply } from './schemas.ts'

/** What every path may answer with beside its own replies. */
const always = { 400: ErrorReply, 401: ErrorReply, 421: ErrorReply, 500: ErrorReply, 503: ErrorReply }

const meanings: Readonly<Record<number, string>> = {
  200: 'Done.',
  201: 'Recorded.',
  400: 'The request is not understood.',
  401: 'There is no token, or a wrong one.',
  404: 'There is no such cycle.',
  409: 'It contradicts what is there already.',
  413: 'Too large.',
  421: 'Asked under a name, or from a page, that is not of this server.',
  422: 'Understood, but it cannot be used.',
  500: 'A bug.',
  503: 'Not now: keep what you sent and try again.',
}

/** Describes the routes, itself left out. */
export function openApiRoute(routes: readonly Route[], version: string): Route {
  const document = openApiDocument(routes, version)
  const replies = { 200: z.looseObject({ openapi: z.string() }) }
  const answer = async (): Promise<Reply> => await Promise.resolve({ status: 200, body: document })
  return { method: 'GET', path: '/openapi.json', summary: 'This document.', isOpen: true, replies, answer }
}

/** The routes as an OpenAPI 3.1 document, whose schemas are JSON Schema 2020-12, which zod writes. */
function openApiDocument(routes: readonly Route[], version: string): object {
  const paths: Record<string, Record<string, object>> = {}
  for (const route of routes) (paths[route.path] ??= {})[route.method.toLowerCase()] = operationOf(route)
  return {
    openapi: '3.1.0',
    info: { title: 'genesis-improve', version, description: 'Turns the corrections people give a local model into a better model.' },
    components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
    paths,
  }
}

function operationOf({ path, summary, isOpen, body, replies }: Route): object {
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)
  const responses = Object.entries({ ...always, ...replies }).map(([status, schema]) => [
    status,
    { description: meanings[Number(status)] ?? '', content: contentOf(schema, 'output') },
  ])
  return {
    summary,
    ...(names.length > 0 && { parameters: names.map((name) => ({ name, in: 'path', required: true, schema: { type: 'string' } })) }),
    ...(body && { requestBody: { required: true, content: contentOf(body, 'input') } }),
    responses: Object.fromEntries(responses) as object,
    // An empty requirement beside the token: without one, on this machine, none is wanted.
    security: isOpen ? [] : [{}, { token: [] }],
  }
}

function contentOf(schema: z.ZodType, io: 'input' | 'output'): object {
  const { $schema: _, ...described } = z.toJSONSchema(schema, { io })
  return { 'application/json': { schema: described } }
}
