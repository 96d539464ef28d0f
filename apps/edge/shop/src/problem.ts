import type { Context, TypedResponse } from 'hono'
import type { ContentfulStatusCode } from 'hono/utils/http-status'

/** The error codes of the API. */
export type ProblemCode =
  | 'bad_request'
  | 'empty_cart'
  | 'internal'
  | 'not_found'
  | 'out_of_stock'
  | 'payment_refused'
  | 'payment_unavailable'

type Problem = { error: { code: ProblemCode; message: string } }

/** An error response: `{ error: { code, message } }`; the message is shown to users. */
export function problem(
  c: Context,
  status: ContentfulStatusCode,
  code: ProblemCode,
  message: string,
): Response & TypedResponse<Problem> {
  return c.json({ error: { code, message } } satisfies Problem, status)
}
