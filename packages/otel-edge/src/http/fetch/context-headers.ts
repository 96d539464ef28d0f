import { formatBaggage, parseBaggage } from '@throughline/otel-shared'
import type { Invocation } from '../../core/invocation.ts'

export type HeadersCarrier = Headers | Record<string, string>

const BAGGAGE = 'baggage'

/**
 * Removes propagation headers that an app has copied from the incoming request, as a proxy does. The context of the client
 * span replaces them. Baggage that differs from the incoming baggage was set by the app, and is kept. When OTEL_SDK_DISABLED is
 * set, there is no client span, and nothing is removed.
 */
export function removeContext({ sdk, server, incomingBaggage }: Invocation, headers: Headers): void {
  if (sdk.config.disabled) return
  for (const name of sdk.propagator.fields()) {
    const isOwn =
      name === BAGGAGE && headers.get(name) !== (incomingBaggage ?? server?.request.headers.get(name))
    if (!isOwn) headers.delete(name)
  }
}

/** Sets propagation headers. Baggage is merged with the `baggage` header of the app. */
export const HEADERS_SETTER = {
  set(carrier: unknown, key: string, value: string): void {
    const headers = carrier as Headers
    if (typeof headers.set !== 'function') {
      ;(carrier as Record<string, string>)[key] = value
      return
    }
    const own = key === BAGGAGE && headers.get(key)
    const ours = own && parseBaggage(value)
    headers.set(key, (ours && formatBaggage(ours, own)) || value)
  },
}

/** Sets the propagation headers that a request does not have. */
export const ABSENT_HEADERS_SETTER: typeof HEADERS_SETTER = {
  set(carrier, key, value) {
    if (!hasHeader(carrier as HeadersCarrier, key)) HEADERS_SETTER.set(carrier, key, value)
  },
}

/** Whether a request has a trace context. */
export function hasTraceContext(carrier: HeadersCarrier, fields: readonly string[]): boolean {
  return fields.some((name) => !/^(?:baggage|tracestate)$/.test(name) && hasHeader(carrier, name))
}

function hasHeader(carrier: HeadersCarrier, name: string): boolean {
  return carrier instanceof Headers
    ? carrier.has(name)
    : Object.keys(carrier).some((own) => own.toLowerCase() === name)
}
