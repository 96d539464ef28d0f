import { ATTR_HTTP_ROUTE } from '@opentelemetry/semantic-conventions'
import { cached } from '../../core/cached.ts'

/** Matches the metrics that `setTimingHeaders` writes. A metric with the same name in another form is not of this package. */
const OURS = /^(?:trace(?:parent)?;desc="00-[0-9a-f-]+"|edge;desc="\d+";dur=\d+)$/

/**
 * Removes the metrics of this package from a `Server-Timing` header. Returns `undefined` when none is left.
 *
 * A response that this worker received from another traced worker contains them. A page would use the span of that worker.
 *
 * @see https://w3c.github.io/server-timing/#the-server-timing-header-field
 */
export function withoutOwnTimings(header: string): string | undefined {
  // Matches a metric. A comma within a quoted description, which may be unclosed, does not separate metrics.
  const metrics = header.match(/[^",]*(?:"(?:[^"\\]|\\(?:.|$))*(?:"|$)[^",]*)*/g) ?? []
  const others = metrics.map((metric) => metric.trim()).filter((metric) => metric && !OURS.test(metric))
  return others.length > 0 ? others.join(', ') : undefined
}

/** Whether a `Server-Timing` header names a route. */
export function hasRoute(header = ''): boolean {
  return header.includes(`${ATTR_HTTP_ROUTE};desc=`)
}

/**
 * The metric with the route of a request, to be appended to others. The route is a quoted string, whose characters outside of
 * ASCII have no defined meaning: a route with such characters is omitted.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-5.6.4
 */
export const routeMetric: (route: string) => string = cached((route) =>
  /[^ -~]/.test(route) ? '' : `, ${ATTR_HTTP_ROUTE};desc="${route.replace(/["\\]/g, '\\$&')}"`,
)
