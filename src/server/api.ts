import Fastify from 'fastify'
import type { FastifyInstance, FastifyReply } from 'fastify'
import { GenesisError } from '../errors.ts'
import { errorReply, toGenesisError } from './error-reply.ts'
import type { Reply } from './error-reply.ts'
import { bearsToken, isOwnHost, isOwnOrigin, namesSeveralHosts } from './guards.ts'
import type { Route } from './route.ts'

export interface ServerOptions {
  /** Wanted of every request but those to open routes; null wants none. */
  token: string | null
  /** Names under which the server may be asked. */
  hostNames: readonly string[]
  /** Hears of what is a bug here. */
  failed: (error: unknown) => void
}

/** All of a request, and all entries in it. */
const mostBytes = 8 << 20
/** Whoever needs longer to send a request is cut off. */
const requestTimeoutMs = 10_000
/** Whoever comes beyond them is turned away: a process may have a thousand files open, and needs some for its work. */
const mostConnections = 500
const everyHeader = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' }

/** Answers the routes over HTTP, with JSON; listens nowhere yet. */
export function buildServer(routes: readonly Route[], { token, hostNames, failed }: ServerOptions): FastifyInstance {
  const send = (reply: FastifyReply, error: unknown): FastifyReply => {
    const known = toGenesisError(error)
    if (known.code === 'GI-BUG') failed(error)
    return sendReply(reply, errorReply(known))
  }
  const server = Fastify({
    bodyLimit: mostBytes,
    requestTimeout: requestTimeoutMs,
    connectionTimeout: 3 * requestTimeoutMs,
    keepAliveTimeout: requestTimeoutMs / 2,
    forceCloseConnections: true,
    // Node looks for slow requests every 30 seconds unless told.
    http: { headersTimeout: requestTimeoutMs / 2, connectionsCheckingInterval: 1000 },
    routerOptions: { maxParamLength: 200 },
    frameworkErrors: (error, _request, reply) => void send(reply as FastifyReply, error),
    clientErrorHandler: (_error, socket) => {
      const { body } = errorReply(new GenesisError('GI-REQUEST-INVALID', { why: 'it is not HTTP, or it came too slowly' }))
      const text = JSON.stringify(body)
      const lines = ['HTTP/1.1 400 Bad Request', 'Content-Type: application/json', `Content-Length: ${Buffer.byteLength(text)}`]
      if (socket.writable) socket.end(`${lines.join('\r\n')}\r\nConnection: close\r\n\r\n${text}`)
      else socket.destroy()
    },
  })
  server.server.maxConnections = mostConnections
  server.setErrorHandler((error, _request, reply) => send(reply, error))
  server.setNotFoundHandler((_request, reply) => send(reply, new GenesisError('GI-PATH-UNKNOWN')))
  const open = new Set(routes.filter(({ isOpen }) => isOpen).map(({ path }) => path))
  server.addHook('onRequest', async ({ headers, raw, routeOptions }) => {
    if (!isOwnHost(headers.host, hostNames) || namesSeveralHosts(raw.rawHeaders)) throw new GenesisError('GI-HOST-REFUSED')
    if (!isOwnOrigin(headers.origin, headers.host))
      throw new GenesisError('GI-HOST-REFUSED', {
        what: 'The request comes from a page of another place.',
        remedy: 'Call the API from a program.',
      })
    if (token !== null && !open.has(routeOptions.url ?? '') && !bearsToken(headers.authorization, token))
      throw new GenesisError('GI-TOKEN-WRONG')
    return await Promise.resolve()
  })
  // A body is JSON or nothing: a form of a page elsewhere must not pass for one.
  server.removeAllContentTypeParsers()
  const parseJson = server.getDefaultJsonParser('error', 'error')
  server.addContentTypeParser('application/json', { parseAs: 'string' }, (request, text, done) => {
    if (text === '') done(null, undefined)
    else void parseJson(request, text as string, done)
  })
  for (const { method, path, body: schema, isOpen, answer } of routes)
    server.route({
      method,
      url: path.replaceAll(/\{(\w+)\}/g, ':$1'),
      // What has no use for a body does not read one.
      ...(schema === undefined && { bodyLimit: 1024 }),
      handler: async (request, reply) => {
        const asked = { parameters: request.params as Record<string, string>, body: request.body }
        try {
          return sendReply(reply, await answer(asked))
        } catch (error) {
          throw isOpen ? discreet(error) : error
        }
      },
    })
  return server
}

/** To whoever has no token: what is wrong, and nothing about the home. */
const discreet = (error: unknown): unknown => (error instanceof GenesisError ? new GenesisError(error.code) : error)

const sendReply = (reply: FastifyReply, { status, body, headers }: Reply): FastifyReply =>
  reply
    .code(status)
    .headers({ ...everyHeader, ...headers })
    .send(body)
