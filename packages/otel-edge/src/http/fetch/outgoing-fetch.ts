import type { Context, Span, TextMapPropagator } from '@opentelemetry/api'
import { ATTR_ERROR_TYPE, ATTR_HTTP_RESPONSE_STATUS_CODE } from '@opentelemetry/semantic-conventions'
import { setSpan } from '@throughline/otel-shared'
import { isWorkerd } from '#async-local-storage'
import { getInvocation, type Invocation } from '../../core/invocation.ts'
import { contextOfFetch, isTracingSuppressed, withoutTracing } from '../../core/suppress-tracing.ts'
import { CLIENT, ERROR } from '../../platform/api-constants.ts'
import type { Send } from '../../platform/native-fetch.ts'
import { EdgeSpan } from '../../trace/edge-span.ts'
import { recordError } from '../../trace/record-error.ts'
import { startSpan } from '../../trace/tracer.ts'
import { followBody } from '../body/received-body.ts'
import { withoutCaller } from '../caller.ts'
import { captureHeaders } from '../capture-headers.ts'
import { spanNameOf } from '../http-method.ts'
import { HEADERS_SETTER, removeContext } from './context-headers.ts'
import { type FetchArgs, hasHeader, isCallOfFetch, withOwnHeaders } from './fetch-arguments.ts'
import { isOtlpExport } from './otlp-export.ts'
import { followRedirects } from './redirects.ts'
import { requestAttributes } from './request-attributes.ts'

/**
 * Sends a request with the context in its headers. Its client span ends with the body of the response.
 *
 * @param binding the name of the service binding through which it is sent. Default: none, so it is sent over the network.
 */
export function traceFetch(send: Send, args: readonly unknown[], binding?: string): Promise<Response> {
  const context = contextOfFetch()
  const invocation = getInvocation(context)
  return !invocation || isTracingSuppressed(context) || !isCallOfFetch(args)
    ? send(...args)
    : sendTraced(invocation, context, args, routeOf(invocation, send, binding))
}

/** How a request is sent, and where its context may be sent. */
interface Route {
  readonly binding: string | undefined
  readonly send: Send
  /** Like `send`, but follows redirects itself if an address may not get the context. */
  readonly sendOn: Send
  /** Whether the context may be sent to every address. */
  readonly isEverywhere: boolean
  /** The context to send: with the caller's session and user only through bindings and to the origins of `propagateTo`. */
  readonly toSend: (context: Context) => Context
  /** Whether the context may be sent to this address. */
  readonly mayCarry: (address: string) => boolean
}

function routeOf({ sdk }: Invocation, send: Send, binding: string | undefined): Route {
  const { propagateTo } = sdk.options
  // A request through a binding reaches one service, also after redirects.
  const isEverywhere = binding !== undefined || propagateTo === undefined || propagateTo === 'all'
  const mayCarry = (address: string) => isEverywhere || propagateTo.includes(URL.parse(address)?.origin ?? '')
  const sendOn: Send = isEverywhere
    ? send
    : (...request) =>
        followRedirects(send, request as unknown as FetchArgs, sdk.propagator.fields(), mayCarry)
  const isInternal = binding !== undefined || !isEverywhere
  return {
    binding,
    send,
    sendOn,
    isEverywhere,
    toSend: isInternal ? (context) => context : withoutCaller,
    mayCarry,
  }
}

async function sendTraced(
  invocation: Invocation,
  context: Context,
  args: FetchArgs,
  route: Route,
): Promise<Response> {
  const { sdk } = invocation
  const { options, propagator, config } = sdk
  if (config.disabled) return passOn(propagator, context, args, route)
  const { binding, send, sendOn, isEverywhere, toSend, mayCarry } = route
  const remove = (headers: Headers) => removeContext(invocation, headers)
  const outgoing = withOwnHeaders(args, { names: propagator.fields(), remove }, !isEverywhere)
  const { method, address, input, init } = outgoing
  if (isOtlpExport(outgoing, sdk.exportUrls)) return send(input, init)
  const name = binding === undefined ? spanNameOf(method, sdk) : `fetch ${binding}`
  const span = startSpan(invocation, name, context, { kind: CLIENT })
  if (span instanceof EdgeSpan && span.record) {
    span.record.attributes = requestAttributes(method, address, sdk)
    captureHeaders(span, 'request', outgoing.headers, options)
  }
  if (mayCarry(address)) propagator.inject(toSend(setSpan(context, span)), outgoing.headers, HEADERS_SETTER)
  if (!span.isRecording()) return sendOn(input, init)
  let response: Response
  try {
    // A framework or another SDK that traces `fetch`, too, would add a second span. In workerd, each worker has its own globals,
    // and the runtime reports no `fetch` to other code.
    response = await (isWorkerd ? sendOn(input, init) : withoutTracing(() => sendOn(input, init), context))
  } catch (error) {
    recordError(span, error)
    span.end()
    throw error
  }
  try {
    followResponse(invocation, span, response)
  } catch {
    // A `fetch` that the app has replaced can return anything.
    span.end()
  }
  return response
}

/** When OTEL_SDK_DISABLED is set, forwards the incoming context, unless the request already has a trace context. */
function passOn(
  propagator: TextMapPropagator,
  context: Context,
  args: FetchArgs,
  { sendOn, isEverywhere, toSend, mayCarry }: Route,
): Promise<Response> {
  const incoming: Record<string, string> = {}
  propagator.inject(toSend(context), incoming, HEADERS_SETTER)
  if (Object.keys(incoming).length === 0) return sendOn(...args)
  const { input, init, address, headers } = withOwnHeaders(
    args,
    { names: [], remove: () => {} },
    !isEverywhere,
  )
  const hasOwn = propagator
    .fields()
    .some((name) => !/^(?:baggage|tracestate)$/.test(name) && hasHeader(headers, name))
  if (!hasOwn && mayCarry(address)) {
    for (const [name, value] of Object.entries(incoming)) {
      if (!hasHeader(headers, name)) HEADERS_SETTER.set(headers, name, value)
    }
  }
  return sendOn(input, init)
}

function followResponse(invocation: Invocation, span: Span, response: Response): void {
  const { status, headers } = response
  span.setAttribute(ATTR_HTTP_RESPONSE_STATUS_CODE, status)
  captureHeaders(span, 'response', headers, invocation.sdk.options)
  if (status >= 400) {
    span.setAttribute(ATTR_ERROR_TYPE, String(status))
    span.setStatus({ code: ERROR })
  }
  followBody(invocation, response, (error, endMillis) => {
    if (error !== undefined) recordError(span, error)
    span.end(endMillis)
  })
}
