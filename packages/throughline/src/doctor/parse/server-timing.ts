import type { SpanContext } from '@opentelemetry/api'
import { parseTraceparent } from '@throughline/otel-shared'

/**
 * The values of the metric `traceparent` of a `Server-Timing` header, in order.
 *
 * @see https://w3c.github.io/server-timing/#the-server-timing-header-field
 */
export function readTraceparents(header: string | undefined): string[] {
  const metrics = (header ?? '').matchAll(/(?:^|,)\s*traceparent\s*;\s*desc\s*=\s*(?:"([^"]*)"|([^\s;,]+))/gi)
  return [...metrics].map(([, quoted, token]) => quoted ?? token ?? '')
}

/** The span context of the first metric `traceparent`; `undefined` when it is absent or malformed. */
export function readServerSpan(header: string | undefined): SpanContext | undefined {
  const [first] = readTraceparents(header)
  return first === undefined ? undefined : parseTraceparent(first)
}
