import { addHeaders, withHeaders } from '../../http/request-copy.ts'
import { guarded } from '../../platform/guarded.ts'
import { call, type Method, withoutPrototype } from '../../platform/patch.ts'

/** Matches the source text of the native function. The source text of a proxy or a bound function contains no name. */
const NATIVE = /^function fetch\(\)\s*\{\s*\[native/

/** The arguments of a `fetch` call. */
export interface AskedRequest {
  readonly url: string
  readonly method: unknown
  readonly signal?: AbortSignal | null | undefined
  /** Returns the arguments for the original function, with the trace headers added. */
  args(headers: Readonly<Record<string, string>>): unknown[]
}

/** Reads the arguments of a `fetch` call. Undefined if they are neither standard arguments nor similar to them. */
export type ReadRequest = (stock: Method, args: unknown[]) => AskedRequest | undefined

export function createRequestReader(): ReadRequest {
  // Captured because a page may replace `Request` later.
  const { Request: Native } = window
  const nativeUrl = Object.getOwnPropertyDescriptor(Native.prototype, 'url')?.get as Method
  return (stock, args) => {
    const input = args[0]
    const init = args[1] as RequestInit | null | undefined
    const isStock = NATIVE.test(Function.prototype.toString.call(stock))
    if (isStock && typeof input === 'string' && init == null) return readUrl(input)
    const isNative = isStock || guarded(() => call(nativeUrl, input, [])) !== undefined
    if (isNative || input instanceof Request) {
      // `fetch` starts by creating a `Request`, too. Each member of `init` is read once, and the body of a `Request`
      // argument is consumed as usual.
      return readNative(Reflect.construct(isNative ? Native : Request, args))
    }
    // A `fetch` that the page has replaced may take other arguments.
    if (!(typeof input === 'string' || input instanceof URL) || typeof (init ?? {}) !== 'object')
      return undefined
    return readForeign(input, init)
  }
}

/** A URL alone has no members to read. A `Request` would cost about as much as the start of the span. */
function readUrl(url: string): AskedRequest {
  return { url, method: 'GET', signal: undefined, args: (headers) => [url, withoutPrototype({ headers })] }
}

function readNative(request: Request): AskedRequest {
  const { headers } = request
  return {
    url: request.url,
    method: request.method,
    signal: request.signal,
    args(added) {
      addHeaders(
        added,
        (name) => headers.get(name),
        (name, value) => headers.set(name, value),
      )
      return [request]
    },
  }
}

/**
 * Reads the arguments for a `fetch` that the page has replaced. It may read members that the native function does not
 * know, so all of them are copied.
 */
function readForeign(input: string | URL, init: RequestInit | null | undefined): AskedRequest {
  // Reads each own member once.
  const copy: RequestInit = Object.setPrototypeOf({ ...init }, Object.getPrototypeOf(init ?? {}))
  return {
    url: String(input),
    method: copy.method ?? 'GET',
    signal: copy.signal,
    args(added) {
      // Invalid headers are passed on unchanged, so that the original function rejects them.
      guarded(() => {
        copy.headers = withHeaders(copy.headers, added)
      })
      return [input, copy]
    },
  }
}
