interface Bun {
  inspect?(value: unknown): string
}

/** The state of a response's body, from internal fields of the runtime. */
export interface KnownBody {
  /** True when the whole body is in memory. */
  readonly isInMemory: boolean
  /** The body that the response was constructed with, if it is a stream. */
  readonly stream?: ReadableStream
}

/**
 * Inspects the body of a response without reading its property `body`. Reading it converts a text body into a stream, which
 * the server sends without `Content-Length` and default `Content-Type`. Bun, Deno and `@hono/node-server` expose the body in
 * different ways. Returns `undefined` on other runtimes, where the body is followed as a stream.
 */
export function knownBody(response: Response): KnownBody | undefined {
  const { Bun: bun } = globalThis as { Bun?: Bun }
  if (bun?.inspect) {
    // For a fetched response (with `url`), `Bun.inspect` shows a length although the body is a stream.
    return { isInMemory: response.url === '' && !/^Response \(0 KB\)/.test(bun.inspect(response)) }
  }
  for (const symbol of Object.getOwnPropertySymbols(response)) {
    const value: unknown = Reflect.get(response, symbol)
    // `@hono/node-server` stores `[status, body, headers]`, unless the response is a native one.
    if (symbol.description === 'cache' && Array.isArray(value)) return known(value[1])
    if (symbol.description === 'response') return known((value as DenoResponse).body?.streamOrStatic)
  }
  return undefined
}

interface DenoResponse {
  readonly body?: { readonly streamOrStatic?: unknown } | null
}

function known(body: unknown): KnownBody {
  return body instanceof ReadableStream ? { isInMemory: false, stream: body } : { isInMemory: true }
}
