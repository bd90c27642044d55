import type { FastifyInstance } from 'fastify'
import { Counter, Gauge, Registry } from 'prom-client'
import type { Config } from '../config/schema.ts'
import type { Workshop } from '../cycle/parts.ts'
import { readMetricFacts } from './metric-facts.ts'
import type { MetricFacts } from './metric-facts.ts'
import { metricFamilies } from './metric-families.ts'
import type { Route } from './route.ts'
import { SharedReading } from './shared-reading.ts'

/** Several scrapers, or an impatient one, don't make the home be read again and again. */
const freshMs = 5000

/** GET /metrics: the home's metrics, and how often the API was asked. */
export function metricsRoute(workshop: Workshop, readConfig: () => Promise<Config>, version: string, requests: Registry): Route {
  const facts = new SharedReading(
    async () => await readMetricFacts(workshop, await readConfig(), version),
    freshMs,
    () => workshop.clock.now().getTime(),
  )
  return {
    method: 'GET',
    path: '/metrics',
    summary: 'Metrics for Prometheus.',
    replies: {},
    answer: async () => {
      const registry = Registry.merge([registryOf(await facts.get()), requests])
      return { status: 200, body: await registry.metrics(), headers: { 'content-type': registry.contentType } }
    },
  }
}

/** The metrics of a home as the text that Prometheus and its node_exporter read. */
export async function metricsText(facts: MetricFacts): Promise<string> {
  return await registryOf(facts).metrics()
}

/** Counts what a server answers. */
export function countRequests(server: FastifyInstance): Registry {
  const registry = new Registry()
  const requests = new Counter({
    name: 'genesis_improvement_api_requests_total',
    help: 'Requests to the API by path and status, since it was started.',
    labelNames: ['method', 'path', 'status'],
    registers: [registry],
  })
  server.addHook('onResponse', async ({ method, routeOptions }, { statusCode }) => {
    requests.inc({ method, path: routeOptions.url ?? 'unknown', status: statusCode })
    return await Promise.resolve()
  })
  return registry
}

function registryOf(facts: MetricFacts): Registry {
  const registry = new Registry()
  for (const { name, kind, help, labels, values } of metricFamilies(facts)) {
    const settings = { name, help, labelNames: [...labels], registers: [registry] }
    if (kind === 'counter') {
      const metric = new Counter(settings)
      for (const [label, value] of values) metric.inc(label, value)
    } else {
      const metric = new Gauge(settings)
      // A gauge without labels would say 0 before it is set.
      if (values.length === 0) registry.removeSingleMetric(name)
      for (const [label, value] of values) metric.set(label, value)
    }
  }
  return registry
}
