import type { Context, Link, Span, SpanOptions } from '@opentelemetry/api'
import {
  ATTR_ERROR_TYPE,
  ATTR_HTTP_REQUEST_METHOD,
  ATTR_HTTP_REQUEST_METHOD_ORIGINAL,
  ATTR_HTTP_RESPONSE_STATUS_CODE,
  ATTR_HTTP_ROUTE,
  ATTR_SERVER_ADDRESS,
  ATTR_SERVER_PORT,
  ATTR_URL_PATH,
  ATTR_URL_QUERY,
  ATTR_URL_SCHEME,
  ATTR_USER_AGENT_ORIGINAL,
} from '@opentelemetry/semantic-conventions'
import {
  formatTraceparent,
  getSpanContext,
  isTrusted,
  redactPath,
  redactQuery,
  setSpan,
} from '@throughline/otel-shared'
import { ERROR, SERVER } from './api-constants.ts'
import type { AttributeList } from './attribute-list.ts'
import { captureHeaders } from './capture-headers.ts'
import { activeContext, EMPTY_CONTEXT, withContext } from './context.ts'
import { EdgeSpan } from './edge-span.ts'
import { endEvent } from './end-event.ts'
import { isKnownMethod, spanNameOf } from './http-method.ts'
import { type Invocation, setInvocation, type WaitUntil } from './invocation.ts'
import type { EdgeOptions } from './options.ts'
import { recordError } from './record-error.ts'
import { answerWithEnd, isComplete } from './response-body.ts'
import { EDGE_SCOPE } from './scope.ts'
import type { Sdk } from './sdk.ts'
import { withoutOwnTimings } from './server-timing.ts'
import { startSpan } from './tracer.ts'

/** One request being served: its span, and what is known of it once it is answered. */
export interface ServerRequest {
  readonly request: Request
  readonly span: Span
  readonly context: Context
  readonly invocation: Invocation
  readonly receivedMillis: number
  /** Whether the request brought a trace context, trusted or not. */
  readonly hasCaller: boolean
  route?: string | undefined
  error?: unknown
  /** Finds out route and error, where that takes more than the request. */
  describe?: () => void
}

/** Starts the server span of a request: in the caller's trace when it is trusted, else in a new one linked to it. */
export function startServerRequest(
  sdk: Sdk,
  request: Request,
  lifetime: WaitUntil,
  trust: EdgeOptions['trust'] = sdk.options.trust,
): ServerRequest {
  const receivedMillis = sdk.now()
  const { headers } = request
  const invocation: Invocation = { sdk, lifetime, unfinished: undefined }
  // Empty, unless an app is served from within another event.
  let parent = activeContext()
  let links: Link[] | undefined
  const incoming = sdk.propagator.extract(EMPTY_CONTEXT, headers, HEADERS_GETTER)
  if (incoming !== EMPTY_CONTEXT) {
    // Switched off, this worker is nobody who could trust or not: what comes in goes on.
    if (parent === EMPTY_CONTEXT && (sdk.config.disabled || isTrustedRequest(headers, trust))) {
      parent = incoming
    } else {
      const foreign = getSpanContext(incoming)
      if (foreign) links = [{ context: foreign }]
    }
  }
  const context = setInvocation(parent, invocation)
  const options: SpanOptions = { kind: SERVER, startTime: receivedMillis }
  if (links) options.links = links
  const { sampler } = sdk.options
  const entry = sampler && {
    path: sampler.rules ? new URL(request.url).pathname : undefined,
    isPublic: trust !== 'all' && trust !== 'internal',
  }
  const span = startSpan(invocation, EDGE_SCOPE, spanNameOf(request.method), options, context, entry)
  if (span instanceof EdgeSpan && span.record) {
    span.record.attributes = requestAttributes(request, sdk.options)
    if (sdk.options.captureHeaders) captureHeaders(span, 'request', headers, sdk.options)
  }
  const server: ServerRequest = {
    request,
    span,
    context: setSpan(context, span),
    invocation,
    receivedMillis,
    hasCaller: incoming !== EMPTY_CONTEXT,
  }
  invocation.server = server
  if (span.isRecording() && seesDisconnects()) endWhenClientLeaves(server)
  return server
}

// A closure that a function may make costs each of its calls: the ones below are made where they are needed.

function isTrustedRequest(headers: Headers, trust: EdgeOptions['trust'] = 'same-origin'): boolean {
  return isTrusted(trust, (name) => headers.get(name))
}

/** The runtime tells of clients that leave only to workers that ask for it (`enable_request_signal`). */
export function seesDisconnects(): boolean {
  // Looked up once: the flags are an object of the runtime's own, which takes its time.
  if (disconnectsSeen === undefined) {
    const { Cloudflare: runtime } = globalThis as {
      Cloudflare?: { compatibilityFlags?: Readonly<Record<string, boolean>> }
    }
    disconnectsSeen = runtime?.compatibilityFlags?.enable_request_signal === true
  }
  return disconnectsSeen
}

let disconnectsSeen: boolean | undefined

/** The runtime abandons the handler of a client that has left: nothing else would ever end its span. */
function endWhenClientLeaves(server: ServerRequest): void {
  server.request.signal.addEventListener('abort', () => {
    server.describe?.()
    nameByRoute(server)
    endEvent(server.invocation, server.span)
  })
}

/** Runs a handler as this request, and answers with its response, timing headers on it, its span ending with its body. */
export async function serve(
  server: ServerRequest,
  handler: () => Response | Promise<Response>,
): Promise<Response> {
  try {
    return finishServerRequest(server, await withContext(server.context, handler))
  } catch (error) {
    failServerRequest(server, error)
    throw error
  }
}

/** Completes the span from the response, and gives back the response to answer with. */
export function finishServerRequest(server: ServerRequest, response: Response): Response {
  const { span, request, error, hasCaller } = server
  const { status } = response
  const isUpgrade = status === 101
  // Nobody asks for the end of what is not recorded, and nobody but a caller or a page that is loaded for its ids.
  if (!span.isRecording()) {
    endEvent(server.invocation, span)
    const hasIds = !isUpgrade && !server.invocation.sdk.config.disabled
    return hasIds && (hasCaller || isForPage(request))
      ? withTimingHeaders(server, response, server.invocation.sdk.now())
      : response
  }
  nameByRoute(server)
  span.setAttribute(ATTR_HTTP_RESPONSE_STATUS_CODE, status)
  const { options, now } = server.invocation.sdk
  if (options.captureHeaders) captureHeaders(span, 'response', response.headers, options)
  if (status >= 500) {
    if (error === undefined) span.setAttribute(ATTR_ERROR_TYPE, String(status))
    else recordError(span, error)
    span.setStatus({ code: ERROR })
  }
  if (isUpgrade) {
    endEvent(server.invocation, span)
    return response
  }
  // One look at the clock for both: what is complete ends now.
  const nowMillis = now()
  const timed = withTimingHeaders(server, response, nowMillis)
  // Nobody reads the body of an answer to HEAD.
  if (!isComplete(timed) && request.method !== 'HEAD') return followAnswer(server, timed)
  endEvent(server.invocation, span, nowMillis)
  return timed
}

function followAnswer({ invocation, span }: ServerRequest, response: Response): Response {
  return answerWithEnd(response, (bodyError) => {
    if (bodyError !== undefined) recordError(span, bodyError)
    endEvent(invocation, span)
  })
}

function nameByRoute({ span, request, route }: ServerRequest): void {
  if (route === undefined) return
  span.setAttribute(ATTR_HTTP_ROUTE, route)
  span.updateName(`${spanNameOf(request.method)} ${route}`)
}

/** Completes the span of a request whose handler threw. */
export function failServerRequest(server: ServerRequest, error: unknown): void {
  server.describe?.()
  nameByRoute(server)
  recordError(server.span, error)
  server.span.setAttribute(ATTR_HTTP_RESPONSE_STATUS_CODE, 500)
  endEvent(server.invocation, server.span)
}

function requestAttributes({ url, method, headers }: Request, options: EdgeOptions): AttributeList {
  const { prefix, scheme, address, port } = originOf(url)
  const queryStart = url.indexOf('?', prefix.length)
  const path = queryStart < 0 ? url.slice(prefix.length) : url.slice(prefix.length, queryStart)
  const isKnown = isKnownMethod(method)
  const attributes: AttributeList = [
    ATTR_HTTP_REQUEST_METHOD,
    isKnown ? method : '_OTHER',
    ATTR_URL_SCHEME,
    scheme,
    ATTR_URL_PATH,
    redactPath(path),
    ATTR_SERVER_ADDRESS,
    address,
    ATTR_SERVER_PORT,
    port,
    ATTR_USER_AGENT_ORIGINAL,
    headers.get('user-agent')?.slice(0, 512),
  ]
  if (queryStart > 0) attributes.push(ATTR_URL_QUERY, redactQuery(url.slice(queryStart + 1), options))
  if (!isKnown) attributes.push(ATTR_HTTP_REQUEST_METHOD_ORIGINAL, method.slice(0, 64))
  return attributes
}

interface Origin {
  /** The address up to its path. */
  readonly prefix: string
  readonly scheme: string
  readonly address: string
  readonly port: number | undefined
}

let lastOrigin: Origin = { prefix: ' ', scheme: '', address: '', port: undefined }

/** The origin of a request: as a rule that of the request before. `new URL` costs more than the rest of a span. */
function originOf(url: string): Origin {
  const { prefix } = lastOrigin
  if (url.startsWith(prefix) && url[prefix.length] === '/') return lastOrigin
  const { origin, protocol, hostname, port } = new URL(url)
  lastOrigin = {
    prefix: origin,
    scheme: protocol.slice(0, -1),
    address: hostname,
    port: port === '' ? undefined : Number(port),
  }
  return lastOrigin
}

/** What a page asks for once it is there brings a trace context, if it is traced. */
function isForPage({ headers }: Request): boolean {
  return headers.get('accept')?.includes('text/html') ?? false
}

function withTimingHeaders(server: ServerRequest, response: Response, nowMillis: number): Response {
  try {
    setTimingHeaders(server, response.headers, nowMillis)
    return response
  } catch {
    // Headers of a fetched response are immutable.
    const copy = new Response(response.body, response)
    setTimingHeaders(server, copy.headers, nowMillis)
    return copy
  }
}

function setTimingHeaders(
  { span, invocation, receivedMillis }: ServerRequest,
  headers: Headers,
  nowMillis: number,
): void {
  const { options } = invocation.sdk
  const spanContext = span.spanContext()
  const traceparent = formatTraceparent(spanContext)
  const timing = `traceparent;desc="${traceparent}", trace;desc="${traceparent}", edge;desc="${Math.round(receivedMillis)}";dur=${Math.round(nowMillis - receivedMillis)}`
  const existing = headers.get('server-timing')
  const others = existing === null ? undefined : withoutOwnTimings(existing)
  headers.set('server-timing', others === undefined ? timing : `${others}, ${timing}`)
  const allowed = options.timingAllowOrigin ?? '*'
  if (!headers.has('timing-allow-origin')) {
    headers.set('timing-allow-origin', allowed === '*' ? '*' : allowed.join(', '))
  }
  if (options.traceIdHeader) headers.set('trace-id', spanContext.traceId)
}

const HEADERS_GETTER = {
  get: (carrier: unknown, key: string) => (carrier as Headers).get(key) ?? undefined,
  keys: (carrier: unknown) => [...(carrier as Headers).keys()],
}
