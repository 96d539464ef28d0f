/** The part of Hono's `Context` that the relay uses. */
export interface RelayContext {
  /** The bindings and variables of the worker. */
  readonly env: unknown
  readonly req: {
    readonly raw: Request
    readonly url: string
    readonly method: string
    header(name: string): string | undefined
  }
  /** Sets a header of the response, which `body` creates. */
  header(name: string, value: string, options?: { append?: boolean }): void
  body(
    data: Uint8Array<ArrayBuffer> | string | null,
    status: RelayStatus,
    headers?: Record<string, string>,
  ): Response
}

type RelayStatus = 200 | 204 | 400 | 403 | 413 | 415 | 429 | 503

/** The context of a request that no Hono app has received. */
export function createRelayContext(request: Request, env: unknown): RelayContext {
  const headers = new Headers()
  return {
    env,
    req: {
      raw: request,
      url: request.url,
      method: request.method,
      header: (name) => request.headers.get(name) ?? undefined,
    },
    header(name, value, { append = false } = {}) {
      if (append) headers.append(name, value)
      else headers.set(name, value)
    },
    body(data, status, more = {}) {
      for (const [name, value] of Object.entries(more)) headers.set(name, value)
      return new Response(data, { status, headers })
    },
  }
}
