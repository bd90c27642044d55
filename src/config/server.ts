import { z } from 'zod'
import { described, wholeNumber } from './schema-parts.ts'

const address = z.string().regex(/^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$|^[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*$/)
const port = wholeNumber(0, 65535)

/** What `serve` listens at. Port 0 takes a free one. */
export const ServerConfig = z.strictObject({
  host: described(
    address.default('127.0.0.1'),
    'Address at which "serve" listens. Beyond this machine (such as 0.0.0.0) it wants GENESIS_API_TOKEN in the environment.',
  ),
  port: described(port.default(8000), 'Port at which "serve" listens; 0 takes a free one.'),
  allowedHosts: described(
    z
      .array(z.string().regex(/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/))
      .max(100)
      .default([]),
    'Names under which the server may be asked, beside "localhost", its host, and addresses.',
  ),
  metrics: described(z.boolean().default(true), 'Whether "serve" gives metrics to Prometheus too.'),
  metricsHost: described(address.default('127.0.0.1'), 'Address for the metrics; beyond this machine they want the token too.'),
  metricsPort: described(port.default(9127), 'Port for the metrics; 0 takes a free one.'),
})
export type ServerConfig = z.infer<typeof ServerConfig>
