import type { Context } from '@opentelemetry/api'
import {
  ATTR_ERROR_TYPE,
  ATTR_HTTP_REQUEST_METHOD,
  ATTR_HTTP_RESPONSE_STATUS_CODE,
  ATTR_SERVER_ADDRESS,
  ATTR_SERVER_PORT,
  ATTR_URL_FULL,
} from '@opentelemetry/semantic-conventions'
import { redactUrl, setSpan } from '@throughline/otel-shared'
import { CLIENT, ERROR } from './api-constants.ts'
import { activeContext } from './context.ts'
import { getInvocation, type Invocation } from './invocation.ts'
import { nativeFetch } from './native-fetch.ts'
import { describeError, recordError } from './record-error.ts'
import { followBody } from './response-body.ts'
import { EDGE_SCOPE } from './scope.ts'
import { startSpan } from './tracer.ts'

/** Puts a tracing fetch in the place of the global one. Outside of traced events it only passes through. */
export function patchFetch(): void {
  globalThis.fetch = tracedFetch
}

const tracedFetch: typeof fetch = (input, init) => {
  const context = activeContext()
  const invocation = getInvocation(context)
  if (!invocation) return nativeFetch(input, init)
  return sendTraced(invocation, context, undefined, (request) => nativeFetch(request), input, init)
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
  send: (request: Request) => Promise<Response>,
  input: RequestInfo | URL,
  init?: RequestInit,
): Promise<Response> {
  const { options, propagator } = invocation.sdk
  // A new request: the caller's own object and its headers stay as they are.
  const request = new Request(input, init)
  const url = new URL(request.url)
  const span = startSpan(
    invocation,
    EDGE_SCOPE,
    binding === undefined ? request.method : `fetch ${binding}`,
    {
      kind: CLIENT,
      attributes: {
        [ATTR_HTTP_REQUEST_METHOD]: request.method,
        [ATTR_URL_FULL]: redactUrl(request.url, options),
        [ATTR_SERVER_ADDRESS]: url.hostname,
        [ATTR_SERVER_PORT]: url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port),
      },
    },
    context,
  )
  // A proxied request brings its sender's context along; a part of it next to ours would be a lie.
  for (const field of propagator.fields()) request.headers.delete(field)
  if (binding !== undefined || mayPropagate(options.propagateTo, url.origin)) {
    propagator.inject(setSpan(context, span), request.headers, HEADERS_SETTER)
  }
  let response: Response
  try {
    response = await send(request)
  } catch (error) {
    recordError(span, error)
    span.end()
    throw error
  }
  // Nobody asks for the end of what is not recorded.
  if (!span.isRecording()) return response
  span.setAttribute(ATTR_HTTP_RESPONSE_STATUS_CODE, response.status)
  if (response.status >= 400) {
    span.setAttribute(ATTR_ERROR_TYPE, String(response.status))
    span.setStatus({ code: ERROR })
  }
  followBody(invocation, response, (error, endMillis) => {
    if (error !== undefined) span.setAttribute(ATTR_ERROR_TYPE, describeError(error))
    span.end(endMillis)
  })
  return response
}

const HEADERS_SETTER = {
  set: (carrier: unknown, key: string, value: string) => (carrier as Headers).set(key, value),
}

function mayPropagate(propagateTo: 'all' | readonly string[] = 'all', origin: string): boolean {
  return propagateTo === 'all' || propagateTo.includes(origin)
}
