import type { Span } from '@opentelemetry/api'
import { isSecretKey } from '@throughline/otel-shared'
import type { EdgeOptions } from '../options.ts'

/**
 * Records the headers that the option `captureHeaders` names, except for credentials, cookies and other secrets.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/registry/attributes/http/ (`http.request.header.<key>`)
 */
export function captureHeaders(
  span: Span,
  kind: 'request' | 'response',
  { headers }: { readonly headers: Headers | Readonly<Record<string, string>> },
  { captureHeaders: names }: EdgeOptions,
): void {
  if (!names) return
  for (const name of names[kind] ?? []) {
    const value = new Headers(headers).get(name)
    if (value !== null && !isSecretKey(name)) {
      span.setAttribute(`http.${kind}.header.${name.toLowerCase()}`, [value])
    }
  }
}
