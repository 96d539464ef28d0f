import type { Context, TextMapPropagator } from '@opentelemetry/api'
import {
  ATTR_ERROR_TYPE,
  ATTR_HTTP_REQUEST_METHOD,
  ATTR_HTTP_REQUEST_METHOD_ORIGINAL,
  ATTR_HTTP_RESPONSE_STATUS_CODE,
  ATTR_SERVER_ADDRESS,
  ATTR_SERVER_PORT,
  ATTR_URL_FULL,
} from '@opentelemetry/semantic-conventions'
import { redactUrl, setSpan } from '@throughline/otel-shared'
import { CLIENT, ERROR } from './api-constants.ts'
import type { AttributeList } from './attribute-list.ts'
import { captureHeaders } from './capture-headers.ts'
import { activeContext } from './context.ts'
import { EdgeSpan } from './edge-span.ts'
import { isKnownMethod, spanNameOf } from './http-method.ts'
import { getInvocation, type Invocation } from './invocation.ts'
import { nativeFetch, replaceFetch } from './native-fetch.ts'
import type { EdgeOptions } from './options.ts'
import { recordError } from './record-error.ts'
import { followBody } from './response-body.ts'
import { EDGE_SCOPE } from './scope.ts'
import { startSpan } from './tracer.ts'

/** Puts a tracing fetch in the place of the global one. Outside of traced events it only passes through. */
export function patchFetch(): void {
  replaceFetch(tracedFetch)
}

const tracedFetch: typeof fetch = (input, init) => {
  const context = activeContext()
  const invocation = getInvocation(context)
  if (!invocation) return nativeFetch(input, init)
  return sendTraced(invocation, context, undefined, nativeFetch, input, init)
}

/**
 * Sends a request with the context in its headers and a client span around it, which ends with the response's body.
 *
 * @param binding name of the service binding it goes through; `undefined` for the open network.
 */
export async function sendTraced(
  invocation: Invocation,
  context: Context,
  binding: string | undefined,
  send: typeof fetch,
  input: RequestInfo | URL,
  init?: RequestInit,
): Promise<Response> {
  const { options, propagator, config } = invocation.sdk
  if (config.disabled) {
    return passOn(
      propagator,
      context,
      send,
      input,
      init,
      (address) => binding !== undefined || mayPropagate(options.propagateTo, address),
    )
  }
  const outgoing = withOwnHeaders(propagator, input, init)
  const { method, address } = outgoing
  const span = startSpan(
    invocation,
    EDGE_SCOPE,
    binding === undefined ? spanNameOf(method) : `fetch ${binding}`,
    { kind: CLIENT },
    context,
  )
  if (span instanceof EdgeSpan && span.record) {
    span.record.attributes = requestAttributes(method, address, options)
    if (options.captureHeaders) captureHeaders(span, 'request', outgoing.headers, options)
  }
  if (binding !== undefined || mayPropagate(options.propagateTo, address)) {
    propagator.inject(setSpan(context, span), outgoing.headers, HEADERS_SETTER)
  }
  // Nobody asks for the end of what is not recorded.
  if (!span.isRecording()) return send(outgoing.input, outgoing.init)
  let response: Response
  try {
    response = await send(outgoing.input, outgoing.init)
  } catch (error) {
    recordError(span, error)
    span.end()
    throw error
  }
  span.setAttribute(ATTR_HTTP_RESPONSE_STATUS_CODE, response.status)
  if (options.captureHeaders) captureHeaders(span, 'response', response.headers, options)
  if (response.status >= 400) {
    span.setAttribute(ATTR_ERROR_TYPE, String(response.status))
    span.setStatus({ code: ERROR })
  }
  followBody(invocation, response, (error, endMillis) => {
    if (error !== undefined) recordError(span, error)
    span.end(endMillis)
  })
  return response
}

/** Switched off: what has a context of its own goes as it is, the rest takes along what came in. */
function passOn(
  propagator: TextMapPropagator,
  context: Context,
  send: typeof fetch,
  input: RequestInfo | URL,
  init: RequestInit | undefined,
  mayPass: (address: string) => boolean,
): Promise<Response> {
  const incoming: Record<string, string> = {}
  propagator.inject(context, incoming, HEADERS_SETTER)
  const names = Object.keys(incoming)
  if (names.length === 0) return send(input, init)
  const request = new Request(input, init)
  const { headers } = request
  const hasOwn = propagator
    .fields()
    .some((name) => !/^(?:baggage|tracestate)$/.test(name) && headers.has(name))
  if (!hasOwn && mayPass(request.url)) {
    for (const name of names) if (!headers.has(name)) headers.set(name, incoming[name] ?? '')
  }
  return send(request)
}

interface Outgoing {
  readonly input: RequestInfo | URL
  readonly init: RequestInit | undefined
  readonly method: string
  readonly address: string
  /** Of the request that is sent, free to be changed. */
  readonly headers: HeadersCarrier
}

/**
 * The same request with headers of its own: the caller's objects stay as they are. A proxied request brings its
 * sender's context along; a part of it next to ours would be a lie, so it goes.
 */
function withOwnHeaders(
  propagator: TextMapPropagator,
  input: RequestInfo | URL,
  init: RequestInit | undefined,
): Outgoing {
  const isPlain =
    !(input instanceof Request) && (init == null || Object.getPrototypeOf(init) === Object.prototype)
  if (!isPlain) {
    const request = new Request(input, init)
    const { method, url: address, headers } = request
    for (const name of propagator.fields()) headers.delete(name)
    return { input: request, init: undefined, method, address, headers }
  }
  const headers = copyHeaders(init?.headers, propagator)
  const method = (init?.method ?? 'GET').toUpperCase()
  return { input, init: { ...init, headers }, method, address: String(input), headers }
}

type HeadersCarrier = Headers | Record<string, string>

/** A plain object where the caller gave one or none: the runtime takes it in half the time of a `Headers`. */
function copyHeaders(headers: HeadersInit | undefined, propagator: TextMapPropagator): HeadersCarrier {
  if (headers === undefined) return {}
  const fields = propagator.fields()
  if (Object.getPrototypeOf(headers) === Object.prototype) {
    return Object.fromEntries(
      Object.entries(headers as Record<string, string>).filter(
        ([name]) => !fields.includes(name.toLowerCase()),
      ),
    )
  }
  const copy = new Headers(headers)
  for (const name of fields) copy.delete(name)
  return copy
}

function requestAttributes(method: string, address: string, options: EdgeOptions): AttributeList {
  const url = URL.parse(address)
  const isKnown = isKnownMethod(method)
  return [
    ATTR_HTTP_REQUEST_METHOD,
    isKnown ? method : '_OTHER',
    ATTR_HTTP_REQUEST_METHOD_ORIGINAL,
    isKnown ? undefined : method.slice(0, 64),
    ATTR_URL_FULL,
    redactUrl(address, options),
    ATTR_SERVER_ADDRESS,
    url?.hostname,
    ATTR_SERVER_PORT,
    url?.port ? Number(url.port) : url?.protocol === 'https:' ? 443 : 80,
  ]
}

const HEADERS_SETTER = {
  set(carrier: unknown, key: string, value: string) {
    if (carrier instanceof Headers) carrier.set(key, value)
    else (carrier as Record<string, string>)[key] = value
  },
}

function mayPropagate(propagateTo: 'all' | readonly string[] = 'all', address: string): boolean {
  return propagateTo === 'all' || propagateTo.includes(URL.parse(address)?.origin ?? '')
}
