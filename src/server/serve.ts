import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import type { FastifyInstance } from 'fastify'
import type { Config } from '../config/schema.ts'
import type { ServerConfig } from '../config/server.ts'
import type { Workshop } from '../cycle/parts.ts'
import { GenesisError, systemErrorCode } from '../errors.ts'
import { buildServer } from './api.ts'
import { isLoopback } from './guards.ts'
import { countRequests, metricsRoute } from './metrics.ts'
import { openApiRoute } from './openapi.ts'
import { routesOf } from './routes.ts'

export interface Serving {
  workshop: Workshop
  readConfig: () => Promise<Config>
  config: ServerConfig
  /** GENESIS_API_TOKEN; null when it is not set. */
  token: string | null
  version: string
  /** Hears of what is a bug here. */
  failed: (error: unknown) => void
}

export interface Listening {
  api: string
  /** Null when none are given. */
  metrics: string | null
}

const shortestToken = 16

/**
 * Serves the API, and the metrics beside it, until the workshop's signal aborts.
 * @throws GenesisError GI-TOKEN-MISSING, GI-ADDRESS-UNUSABLE
 */
export async function serve(
  { workshop, readConfig, config, token, version, failed }: Serving,
  ready: (listening: Listening) => void,
): Promise<void> {
  const { signal } = workshop
  requireToken(config, token)
  const routes = routesOf(workshop, readConfig)
  const hostNames = [config.host.toLowerCase(), config.metricsHost.toLowerCase(), ...config.allowedHosts]
  const api = buildServer([...routes, openApiRoute(routes, version)], { token, hostNames, failed })
  const requests = countRequests(api)
  const metrics = config.metrics
    ? buildServer([metricsRoute(workshop, readConfig, version, requests)], {
        token: isLoopback(config.metricsHost) ? null : token,
        hostNames,
        failed,
      })
    : null
  try {
    const listening = {
      api: await listen(api, config.host, config.port),
      metrics: metrics === null ? null : await listen(metrics, config.metricsHost, config.metricsPort),
    }
    ready(listening)
    if (!signal.aborted) await once(signal, 'abort')
  } finally {
    await Promise.all([api.close(), metrics?.close()])
  }
}

function requireToken({ host, metrics, metricsHost }: ServerConfig, token: string | null): void {
  if (token !== null && token.length < shortestToken)
    throw new GenesisError('GI-TOKEN-MISSING', {
      what: 'GENESIS_API_TOKEN is too short to be a secret.',
      why: `it has ${token.length} characters`,
    })
  const beyond = [host, ...(metrics ? [metricsHost] : [])].find((one) => !isLoopback(one))
  if (beyond !== undefined && token === null) throw new GenesisError('GI-TOKEN-MISSING', { why: `it is to listen at ${beyond}` })
}

/** Gives the address that came of it, as a URL. */
async function listen(server: FastifyInstance, host: string, port: number): Promise<string> {
  try {
    await server.listen({ host, port })
  } catch (error) {
    const code = systemErrorCode(error)
    if (code === undefined) throw error
    throw new GenesisError('GI-ADDRESS-UNUSABLE', { why: `${host} port ${port}: ${code}`, cause: error })
  }
  const { address, port: taken } = server.server.address() as AddressInfo
  return `http://${address.includes(':') ? `[${address}]` : address}:${taken}`
}
