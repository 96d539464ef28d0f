import type { Context, Span } from '@opentelemetry/api'
import { ATTR_ERROR_TYPE, ATTR_HTTP_RESPONSE_STATUS_CODE } from '@opentelemetry/semantic-conventions'
import { setSpan } from '@throughline/otel-shared'
import { isWorkerd } from '#async-local-storage'
import { getInvocation, type Invocation } from '../../core/invocation.ts'
import { contextOfFetch, isTracingSuppressed, withoutTracing } from '../../core/suppress-tracing.ts'
import { CLIENT, ERROR } from '../../platform/api-constants.ts'
import type { Send } from '../../platform/native-fetch.ts'
import { recordOf } from '../../trace/edge-span.ts'
import { recordError } from '../../trace/record-error.ts'
import { startSpan } from '../../trace/tracer.ts'
import { followBody } from '../body/received-body.ts'
import { withoutCaller } from '../caller.ts'
import { captureHeaders } from '../capture-headers.ts'
import { spanNameOf } from '../http-method.ts'
import { ABSENT_HEADERS_SETTER, HEADERS_SETTER, hasTraceContext } from './context-headers.ts'
import { type FetchArgs, isCallOfFetch, withOwnHeaders } from './fetch-arguments.ts'
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
    : sendTraced(invocation, context, args, { send, binding })
}

/** How a request is sent. */
interface Route {
  readonly send: Send
  readonly binding: string | undefined
}

async function sendTraced(
  invocation: Invocation,
  context: Context,
  args: FetchArgs,
  { send, binding }: Route,
): Promise<Response> {
  const { sdk } = invocation
  const { options, propagator, config } = sdk
  const { propagateTo } = options
  // A request through a binding reaches one service, also after redirects.
  const isEverywhere = binding !== undefined || propagateTo === undefined || propagateTo === 'all'
  const mayCarry = (url: string) => isEverywhere || propagateTo.includes(URL.parse(url)?.origin ?? '')
  const fields = propagator.fields()
  const outgoing = withOwnHeaders(args, invocation, !isEverywhere)
  const { method, address, input, init, headers } = outgoing
  if (isOtlpExport(outgoing, sdk.exportUrls)) return send(input, init)
  const sendOn = () =>
    isEverywhere ? send(input, init) : followRedirects(send, [input, init], fields, mayCarry)
  const span = startSpan(invocation, '', context, { kind: CLIENT })
  const record = recordOf(span)
  if (record) {
    record.name = binding === undefined ? spanNameOf(method, sdk) : `fetch ${binding}`
    record.attributes = requestAttributes(method, address, sdk)
    captureHeaders(span, 'request', outgoing, options)
  }
  // When OTEL_SDK_DISABLED is set, the incoming context is forwarded, unless the request has a trace context of its own.
  const isOwn = config.disabled && hasTraceContext(headers, fields)
  if (!isOwn && mayCarry(address)) {
    const withSpan = setSpan(context, span)
    // The session and the user of the caller are sent only through bindings and to the origins of `propagateTo`.
    const sent = binding === undefined && isEverywhere ? withoutCaller(withSpan) : withSpan
    propagator.inject(sent, headers, config.disabled ? ABSENT_HEADERS_SETTER : HEADERS_SETTER)
  }
  if (!record) return sendOn()
  let response: Response
  try {
    // A framework or another SDK that traces `fetch`, too, would add a second span. In workerd, each worker has its own globals,
    // and the runtime reports no `fetch` to other code.
    response = await (isWorkerd ? sendOn() : withoutTracing(sendOn, context))
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

function followResponse(invocation: Invocation, span: Span, response: Response): void {
  const { status } = response
  span.setAttribute(ATTR_HTTP_RESPONSE_STATUS_CODE, status)
  captureHeaders(span, 'response', response, invocation.sdk.options)
  if (status >= 400) {
    span.setAttribute(ATTR_ERROR_TYPE, String(status))
    span.setStatus({ code: ERROR })
  }
  followBody(invocation, response, (error, endMillis) => {
    if (error !== undefined) recordError(span, error)
    span.end(endMillis)
  })
}
