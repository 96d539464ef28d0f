const KNOWN: ReadonlySet<string> = new Set(
  'GET HEAD POST PUT DELETE CONNECT OPTIONS TRACE PATCH QUERY'.split(' '),
)

/**
 * Whether `http.request.method` records this method: those of RFC 9110, PATCH, and QUERY. Every other method is recorded
 * as `_OTHER`. Names of methods are case-sensitive.
 *
 * @param known methods that replace all of these.
 * @see https://opentelemetry.io/docs/specs/semconv/registry/attributes/http/#http-request-method
 */
export function isKnownMethod(method: string, known?: readonly string[]): boolean {
  return known ? known.includes(method) : KNOWN.has(method)
}
