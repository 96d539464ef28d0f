import {
  ATTR_ERROR_TYPE,
  ATTR_HTTP_RESPONSE_STATUS_CODE,
  ATTR_HTTP_ROUTE,
} from '@opentelemetry/semantic-conventions'
import { setInList } from '../../core/attribute-list.ts'
import { withContext } from '../../core/context.ts'
import type { RequestOutcome, ServerRequest } from '../../core/invocation.ts'
import { redactName } from '../../core/redact-name.ts'
import { ERROR } from '../../platform/api-constants.ts'
import { recordOf } from '../../trace/edge-span.ts'
import { endInvocation } from '../../trace/end-invocation.ts'
import { recordError } from '../../trace/record-error.ts'
import { answerWithEnd, isComplete } from '../body/response-body.ts'
import { captureHeaders } from '../capture-headers.ts'
import { spanNameOf } from '../http-method.ts'
import { withTimingHeaders } from './timing-headers.ts'

/** Runs the handler of a request, and adds timing headers to its response. The span ends when the body has been sent. */
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

/** Records the route and the error of a request. A value that an outer router does not know remains that of the inner router. */
export function noteOutcome(
  server: ServerRequest,
  { route = server.outcome?.route, error = server.outcome?.error }: RequestOutcome,
): void {
  server.outcome = { route, error }
}

/** Completes the span with the response and the recorded outcome. Returns the response to send. */
export function finishServerRequest(server: ServerRequest, response: Response): Response {
  const { span, request, invocation, outcome } = server
  const { options, config, now } = invocation.sdk
  const record = recordOf(span)
  // The ids of a span that is not recorded are sent only to a caller that sent a context, and to an HTML page, which starts
  // tracing later.
  const isVisible = record || (!config.disabled && (server.hasCaller || isForPage(request)))
  // A handler can return a value that is not a response, which the runtime rejects with its own error. Like a response with
  // status 101, it gets no timing headers.
  const isResponse = response instanceof Response
  const status = isVisible && isResponse ? response.status : 101
  if (record && isResponse) {
    nameByRoute(server)
    setInList(record.attributes, ATTR_HTTP_RESPONSE_STATUS_CODE, status)
    captureHeaders(span, 'response', response, options)
    if (status >= 500) {
      if (outcome?.error === undefined) span.setAttribute(ATTR_ERROR_TYPE, String(status))
      else recordError(span, outcome.error)
      span.setStatus({ code: ERROR })
    }
  }
  const nowMillis = status === 101 ? undefined : now()
  const timed = nowMillis === undefined ? response : withTimingHeaders(server, response, nowMillis)
  // The runtime does not read the body of a response to HEAD, so its end cannot be followed.
  if (record && status !== 101 && !isComplete(timed) && server.method !== 'HEAD') {
    return endAfterBody(server, timed)
  }
  endInvocation(invocation, span, nowMillis)
  return timed
}

function endAfterBody({ invocation, span }: ServerRequest, response: Response): Response {
  return answerWithEnd(response, (bodyError) => {
    if (bodyError !== undefined) recordError(span, bodyError)
    endInvocation(invocation, span)
  })
}

/** Completes the span of a request whose handler threw. */
export function failServerRequest(server: ServerRequest, error: unknown): void {
  const { span, invocation } = server
  if (server.getOutcome) noteOutcome(server, server.getOutcome())
  nameByRoute(server)
  recordError(span, error)
  span.setAttribute(ATTR_HTTP_RESPONSE_STATUS_CODE, 500)
  endInvocation(invocation, span)
}

/** Sets the name of the span and `http.route`. */
export function nameByRoute(server: ServerRequest): void {
  const { span, method, invocation, outcome } = server
  const route = outcome?.route
  const record = recordOf(span)
  if (route === undefined || !record) return
  // Written to the record, since `setAttribute` and `updateName` would each redact the route again.
  const redactedRoute = redactName(route)
  server.route = redactedRoute
  setInList(record.attributes, ATTR_HTTP_ROUTE, redactedRoute)
  record.name = `${spanNameOf(method, invocation.sdk)} ${redactedRoute}`
}

function isForPage({ headers }: Request): boolean {
  return headers.get('accept')?.includes('text/html') ?? false
}
