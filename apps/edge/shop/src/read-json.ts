import type { Context } from 'hono'

/** The fields of the request's JSON object; no fields if the body is not a JSON object. */
export async function readJson(c: Context): Promise<Readonly<Record<string, unknown>>> {
  const body: unknown = await c.req.json().catch(() => undefined)
  return typeof body === 'object' && body !== null ? { ...body } : {}
}
