import type { Link } from '@opentelemetry/api'
import { getSpanContext, setSpan } from '@throughline/otel-shared'
import { isTrusted } from '../../config/trust.ts'
import { activeContext, EMPTY_CONTEXT } from '../../core/context.ts'
import { type Invocation, type ServerRequest, setInvocation } from '../../core/invocation.ts'
import type { Sdk } from '../../core/sdk.ts'
import type { WaitUntil } from '../../core/wait-until.ts'
import type { EdgeOptions } from '../../options.ts'
import { SERVER } from '../../platform/api-constants.ts'
import { recordOf } from '../../trace/edge-span.ts'
import { type StartSpanOptions, startSpan } from '../../trace/tracer.ts'
import { recordCaller } from '../caller.ts'
import { captureHeaders } from '../capture-headers.ts'
import { spanNameOf } from '../http-method.ts'
import { endOnDisconnect } from './client-disconnect.ts'
import { HEADERS_GETTER, PUBLIC_GETTER } from './incoming-headers.ts'
import { requestAttributes } from './request-attributes.ts'

/**
 * Starts the server span of a request. It continues the trace of a trusted caller; otherwise it starts a new trace, with a
 * link to the caller. Within another invocation, it is a child of the active span, with a link to the caller.
 */
export function startServerRequest(
  sdk: Sdk,
  request: Request,
  lifetime: WaitUntil,
  trust: EdgeOptions['trust'] = sdk.options.trust,
): ServerRequest {
  const receivedMillis = sdk.now()
  const { headers } = request
  const isPublic = trust !== 'all' && trust !== 'internal'
  const invocation: Invocation = { sdk, lifetime, unfinished: undefined }
  // The active context is empty, unless an app is called within another invocation.
  let parent = activeContext()
  let links: Link[] | undefined
  const incoming = sdk.propagator.extract(EMPTY_CONTEXT, headers, isPublic ? PUBLIC_GETTER : HEADERS_GETTER)
  if (incoming !== EMPTY_CONTEXT) {
    invocation.incomingBaggage = headers.get('baggage') ?? undefined
    // When OTEL_SDK_DISABLED is set, the incoming context is passed through unchanged.
    if (parent === EMPTY_CONTEXT && (sdk.config.disabled || isTrustedRequest(headers, trust))) {
      parent = incoming
    } else {
      const caller = getSpanContext(incoming)
      if (caller) links = [{ context: caller }]
    }
  }
  const context = setInvocation(parent, invocation)
  const path = sdk.options.sampler?.rules && new URL(request.url).pathname
  const options: StartSpanOptions = {
    kind: SERVER,
    startTime: receivedMillis,
    samplingInput: { path, isPublic },
  }
  if (links) options.links = links
  const span = startSpan(invocation, '', context, options)
  const record = recordOf(span)
  // Each property of a request is read only when it is needed, since that is a call into the runtime.
  const method = record ? request.method : ''
  if (record) {
    record.name = spanNameOf(method, sdk)
    record.attributes = requestAttributes(request.url, method, headers, sdk)
    captureHeaders(span, 'request', { headers }, sdk.options)
    if (parent === incoming) recordCaller(span, incoming)
  }
  const server: ServerRequest = {
    request,
    method,
    span,
    context: setSpan(context, span),
    invocation,
    receivedMillis,
    hasCaller: incoming !== EMPTY_CONTEXT,
  }
  invocation.server = server
  endOnDisconnect(server)
  return server
}

// A separate function, since a closure in the function above would be allocated for every request.
function isTrustedRequest(headers: Headers, trust: EdgeOptions['trust'] = 'same-origin'): boolean {
  return isTrusted(trust, (name) => headers.get(name))
}
