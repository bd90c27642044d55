import type { z } from 'zod'
import type { Reply } from './error-reply.ts'

/** One thing that can be asked over HTTP: what it takes and gives, and what answers. */
export interface Route {
  method: 'GET' | 'POST'
  /** As OpenAPI writes it: "/cycles/{id}". */
  path: string
  summary: string
  /** Answers without a token: nothing about the home is told. */
  isOpen?: true
  body?: z.ZodType
  /** Every status that it may answer with, beside 400, 401, 421, 500 and 503, which all have. */
  replies: Readonly<Record<number, z.ZodType>>
  answer: (asked: Asked) => Promise<Reply>
}

export interface Asked {
  parameters: Readonly<Record<string, string>>
  body: unknown
}
