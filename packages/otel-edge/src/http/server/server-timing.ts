import { ATTR_HTTP_ROUTE } from '@opentelemetry/semantic-conventions'

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
  const others: string[] = []
  let start = 0
  let isQuoted = false
  for (let index = 0; index <= header.length; index++) {
    const char = header[index]
    if (isQuoted && char === '\\') index++
    else if (char === '"') isQuoted = !isQuoted
    // A comma within a quoted description does not separate metrics.
    if (index < header.length && (isQuoted || char !== ',')) continue
    const metric = header.slice(start, index).trim()
    if (metric && !OURS.test(metric)) others.push(metric)
    start = index + 1
  }
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
export function routeMetric(route: string): string {
  return /[^ -~]/.test(route) ? '' : `, ${ATTR_HTTP_ROUTE};desc="${route.replace(/["\\]/g, '\\$&')}"`
}
