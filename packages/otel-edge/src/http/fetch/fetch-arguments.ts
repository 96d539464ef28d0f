import type { Invocation } from '../../core/invocation.ts'
import { type HeadersCarrier, removeContext } from './context-headers.ts'

export type FetchArgs = readonly [input: RequestInfo | URL, init?: RequestInit]

/** A call of `fetch` with headers that can be changed. */
export interface OutgoingCall {
  readonly input: RequestInfo | URL
  readonly init: RequestInit
  readonly method: string
  readonly address: string
  /** The headers that are sent. */
  readonly headers: HeadersCarrier
}

/** Whether the arguments are valid for `fetch`. For others, the runtime throws its own error. */
export function isCallOfFetch(args: readonly unknown[]): args is FetchArgs {
  const init = args[1]
  return args.length > 0 && (init == null || typeof init === 'object' || typeof init === 'function')
}

/**
 * Copies a call, with headers that can be changed and without the context of the incoming request. The objects of the caller
 * are not changed. Each of their properties is read once and converted as in Web IDL
 * (https://webidl.spec.whatwg.org/#js-to-dictionary). The arguments are not merged into a `Request`, which would lose options
 * of the runtime: `encodeResponseBody` (Workers), `dispatcher` (Node.js), `tls` (Bun).
 *
 * @param isCopied whether the `init` to send must be a plain object, which `followRedirects` needs.
 */
export function withOwnHeaders(
  [given, options]: FetchArgs,
  invocation: Invocation,
  isCopied: boolean,
): OutgoingCall {
  const copied = options == null ? {} : plainCopy(options)
  const merged = mergedRequest(given, options, isCopied && !copied)
  const request = merged ?? (given instanceof Request ? given : undefined)
  const input = request ?? `${given}`
  const init = merged ? {} : (copied ?? options ?? {})
  const { method, headers } = init
  const carrier = copyHeaders(headers === undefined ? request?.headers : headers, invocation)
  const own: Record<PropertyKey, unknown> = {
    method: method === undefined ? undefined : `${method}`,
    // The runtime rejects invalid headers with its own error.
    headers: carrier ?? headers,
  }
  return {
    input,
    init:
      merged || copied
        ? { ...init, ...own }
        : new Proxy(init, {
            get: (target, key) => (Object.hasOwn(own, key) ? own[key] : Reflect.get(target, key)),
          }),
    method: `${own.method ?? request?.method ?? 'GET'}`.toUpperCase(),
    address: request ? request.url : String(input),
    headers: carrier ?? {},
  }
}

/**
 * Merges the arguments into a `Request`, if `init` is a `Request`, if `input` is one of another implementation, or if
 * `isNeeded`. Returns `undefined` otherwise. A request of another implementation keeps its class.
 */
function mergedRequest(
  input: unknown,
  init: RequestInit | undefined,
  isNeeded: boolean,
): Request | undefined {
  const isForeign =
    typeof input === 'object' && input !== null && 'headers' in input && !(input instanceof Request)
  if (!isForeign && !isNeeded && !(init instanceof Request)) return undefined
  const Class = isForeign ? ((input as Request).constructor as typeof Request) : Request
  return new Class(input as Request, init)
}

/** Copies options that are a plain object without non-enumerable properties. Returns `undefined` for others. */
function plainCopy(init: RequestInit): RequestInit | undefined {
  if (Object.getPrototypeOf(init) !== Object.prototype) return undefined
  const copy = { ...init }
  return Reflect.ownKeys(copy).length === Reflect.ownKeys(init).length ? copy : undefined
}

/** Copies headers, if possible into a plain object, which the runtime reads in half the time of a `Headers`. */
function copyHeaders(given: unknown, invocation: Invocation): HeadersCarrier | undefined {
  if (given === undefined) return {}
  if (typeof given !== 'object' || given === null) return undefined
  if (Object.getPrototypeOf(given) === Object.prototype && !(Symbol.iterator in given)) {
    const names = invocation.sdk.propagator.fields()
    const entries = Object.entries(given as Record<string, string>)
    if (!entries.some(([name]) => names.includes(name.toLowerCase()))) return Object.fromEntries(entries)
  }
  const copy = new Headers(given as HeadersInit)
  removeContext(invocation, copy)
  return copy
}
