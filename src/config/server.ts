import { z } from 'zod'

const address = z.string().regex(/^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$|^[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*$/)
const port = z.int().min(0).max(65535)

/** What `serve` listens at. Port 0 takes a free one. */
export const ServerConfig = z.strictObject({
  host: address
    .default('127.0.0.1')
    .describe('Address at which "serve" listens. Beyond this machine (such as 0.0.0.0) it wants GENESIS_API_TOKEN in the environment.'),
  port: port.default(8000).describe('Port at which "serve" listens; 0 takes a free one.'),
  allowedHosts: z
    .array(z.string().regex(/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/))
    .max(100)
    .default([])
    .describe('Names under which the server may be asked, beside "localhost", its host, and addresses.'),
  metrics: z.boolean().default(true).describe('Whether "serve" gives metrics to Prometheus too.'),
  metricsHost: address.default('127.0.0.1').describe('Address for the metrics; beyond this machine they want the token too.'),
  metricsPort: port.default(9127).describe('Port for the metrics; 0 takes a free one.'),
})
export type ServerConfig = z.infer<typeof ServerConfig>
