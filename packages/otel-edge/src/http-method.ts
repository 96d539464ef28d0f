const KNOWN = new Set([
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'DELETE',
  'CONNECT',
  'OPTIONS',
  'TRACE',
  'PATCH',
  'QUERY',
])

export function isKnownMethod(method: string): boolean {
  return method === 'GET' || KNOWN.has(method)
}

/**
 * Methods are whatever is sent; names of spans are few.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/http/http-spans/#name
 */
export function spanNameOf(method: string): string {
  return isKnownMethod(method) ? method : 'HTTP'
}
